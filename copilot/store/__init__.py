"""SQL: the truth about everything that was received, decided and sent. No other room imports SQLModel."""
