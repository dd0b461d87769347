"""One file a channel: how a reply leaves. Each transport says whether sending the same reply again is safe."""
