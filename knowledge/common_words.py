"""The words that say nothing of what a text is about: articles, pronouns, prepositions, auxiliaries, courtesy.

One table for English, German, French and Spanish, closed classes only. Refuses to know what is counted without them.
"""

import re
from collections.abc import Iterator

_ENGLISH = """
a an the this that these those of to in on at by for from with without about into over under after before between
during until since and or but so if then than because while as is are was were be been being am do does did done doing
have has had having can could will would shall should may might must i me my mine you your yours he him his she her
hers it its we us our ours they them their theirs who whom whose which what when where why how there here not no nor
any some all both each every other another such own same too very just also only more most much many few again once
get got let i'm i've i'd i'll it's don't doesn't didn't can't won't isn't aren't wasn't you're we're they're that's
please thanks thank hello hi dear regards kind best cheers hey
"""
_GERMAN = """
der die das den dem des ein eine einen einem einer eines kein keine keinen dieser diese dieses diesen diesem und oder
aber denn weil dass daß ob wenn als wie ich mich mir mein meine meinen meinem meiner du dich dir dein deine er ihn ihm
sein seine sie ihr ihre ihren es wir uns unser unsere man ist sind war waren bin bist wird werden wurde worden habe hast
hat haben hatte hatten kann können könnte muss müssen soll sollen will wollen darf dürfen möchte nicht auch nur noch
schon sehr mehr in im an am auf aus bei beim bis durch für gegen mit nach ohne seit über um unter von vom vor zu zum zur
zwischen wer was wo wann warum welche welcher welches hier da dort bitte danke hallo guten tag freundliche grüße
"""
_FRENCH = """
le la les l un une des du de d et ou mais donc car si que qui quoi dont où quand comment pourquoi quel quelle quels
quelles je j me m moi mon ma mes tu te toi ton ta tes il elle on nous notre nos vous votre vos ils elles leur leurs lui
se s son sa ses ce c cet cette ces cela ça est sont suis es sommes êtes était étaient être été ai as a avons avez ont
avoir avait avais peut peux pouvez pouvons pourrait doit dois devez fait faire ne n pas plus non y en au aux à dans par
pour sur sous avec sans vers chez entre depuis très aussi encore déjà tout tous toute toutes bonjour merci cordialement
"""
_SPANISH = """
el la los las lo un una unos unas y e o u pero si que qué quien quién cual cuál cuando cuándo donde dónde como cómo por
porque yo me mí mi mis tú te ti tu tus él ella ello nosotros nos nuestro nuestra vosotros usted ustedes ellos ellas le
les se su sus este esta esto estos estas ese esa eso esos esas es son soy eres era eran ser sido está están estoy estar
he has ha hemos han haber había hay puede puedo pueden podría debe debo hace hacer no ni ya muy más también todo toda
todos todas a al de del en con sin sobre para entre desde hasta hola gracias saludos
"""
COMMON_WORDS = frozenset(" ".join((_ENGLISH, _GERMAN, _FRENCH, _SPANISH)).split())

_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.&/](?=[^\W_]))*")


def words(text: str) -> Iterator[str]:
    """The words of a text as they are written, codes such as "SPRING-10" whole."""
    return (match.group() for match in _WORD.finditer(text))


def content_words(text: str) -> list[str]:
    """The words that say what a text is about, in lower case."""
    return [low for word in words(text) if (low := word.casefold().replace("’", "'")) not in COMMON_WORDS]
