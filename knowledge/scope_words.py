"""Which words turn, bind or bound a sentence: negations, conditions, exceptions, modal verbs, quantifiers, by language.

Closed classes of four languages, listed whole as far as they are one word. Refuses to know what is done with a sentence
that holds one: grounding asks what was left out, contradictions ask what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge.languages import primary


@dataclass(frozen=True)
class ScopeWords:
    """Case-folded words of one language. `exclusions` are what takes something out of what was said before;
    `subjects` can begin a clause that stands by itself."""

    negations: frozenset[str]
    conditions: frozenset[str]
    exclusions: frozenset[str]
    modals: frozenset[str]
    quantifiers: frozenset[str]
    subjects: frozenset[str]

    @cached_property
    def binding(self) -> frozenset[str]:
        """Words that make what stands beside them untrue, or true only sometimes."""
        return self.negations | self.conditions | self.exclusions

    def kind(self, word: str) -> str | None:
        """What a word is, in a plain English noun; None for most words."""
        for name in ("negations", "conditions", "exclusions", "modals", "quantifiers"):
            if word in getattr(self, name):
                return {"modals": "modal verb"}.get(name, name[:-1])
        return None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


SCOPE_WORDS: Mapping[str, ScopeWords] = {
    "en": ScopeWords(
        negations=_words(
            "not no never none nobody nothing nowhere neither nor cannot without hardly barely scarcely seldom rarely"
        ),
        conditions=_words(
            "if unless only solely exclusively once until till except excepting excluding excludes besides other "
            "when whenever where wherever while whilst provided providing assuming supposing otherwise whether before "
            "after during since although though however but lest depending subject upon"
        ),
        exclusions=_words(
            "only solely exclusively unless except excepting excluding excludes exception exceptions otherwise"
        ),
        modals=_words(
            "can could may might must shall should will would ought need needs required able optional mandatory"
        ),
        quantifiers=_words(
            "all any each every both either some several many much more most few fewer less least half always often "
            "usually sometimes maximum minimum over under above below between up just almost nearly exactly"
        ),
        subjects=_words("i you he she it we they this that these those there the your our their its"),
    ),
    "de": ScopeWords(
        negations=_words(
            "nicht nichts nie niemals kein keine keinen keinem keiner keines niemand niemanden "
            "nirgends weder noch ohne "
            "kaum selten nirgendwo"
        ),
        conditions=_words(
            "wenn falls sofern solange sobald nur ausschließlich lediglich bis außer ausgenommen es sei denn bevor ehe "
            "nachdem während seit vorausgesetzt ansonsten sonst ob obwohl obgleich aber jedoch je abhängig bei nach vor"
        ),
        exclusions=_words("nur ausschließlich lediglich außer ausgenommen ausnahme ausnahmen sonst ansonsten sofern"),
        modals=_words(
            "kann kannst können könnt könnte könnten darf darfst dürfen dürfte dürfen muss musst müssen müsst müsste "
            "müssten soll sollst sollen sollte sollten will wollen möchte möchten brauchen braucht würde würden wird "
            "werden"
        ),
        quantifiers=_words(
            "alle aller allem allen alles jede jeder jedes jeden jedem beide einige einigen manche "
            "mehrere viele wenige "
            "mehr weniger meist meisten immer oft manchmal mindestens höchstens maximal minimal über unter genau fast"
        ),
        subjects=_words(
            "ich du er sie es wir ihr dies diese dieser dieses das der die den ein eine ihre unsere deine man"
        ),
    ),
    "fr": ScopeWords(
        negations=_words("ne n' pas point non jamais rien personne aucun aucune ni sans guère nul nulle"),
        conditions=_words(
            "si s' sauf hormis excepté seulement uniquement que qu' quand lorsque lorsqu' dès jusqu' "
            "jusque jusqu'à moins "
            "tant avant après pendant depuis pourvu condition sinon tandis bien quoique mais cependant toutefois selon"
        ),
        exclusions=_words("sauf hormis excepté seulement uniquement exception exceptions sinon"),
        modals=_words(
            "peut peux pouvez pouvons peuvent pourra pourrez pourrait pourriez doit dois devez devons doivent devra "
            "devrez devrait devriez faut faudra veut voulez"
        ),
        quantifiers=_words(
            "tout toute tous toutes chaque plusieurs quelques certains certaines plus moins peu "
            "beaucoup toujours souvent "
            "parfois maximum minimum au moins plupart exactement presque environ"
        ),
        subjects=_words(
            "je tu il elle on nous vous ils elles ce cela ceci c' cette ces le la les l' un une votre vos notre"
        ),
    ),
    "es": ScopeWords(
        negations=_words("no nunca jamás nada nadie ningún ninguna ninguno ni sin tampoco apenas"),
        conditions=_words(
            "si salvo excepto solo sólo solamente únicamente cuando mientras hasta antes después durante desde siempre "
            "condición menos aunque pero según como caso contrario tras una vez"
        ),
        exclusions=_words("salvo excepto solo sólo solamente únicamente excepción excepciones"),
        modals=_words(
            "puede puedes pueden podemos podrá podrás podrán podría podrían debe debes deben deberá deberás deberán "
            "debería deberían hay quiere quiera"
        ),
        quantifiers=_words(
            "todo toda todos todas cada ambos ambas varios varias algunos algunas algún alguna más "
            "menos poco pocos mucho "
            "muchos siempre a menudo veces máximo mínimo mayoría exactamente casi aproximadamente"
        ),
        subjects=_words(
            "yo tú usted él ella ello nosotros ustedes ellos ellas esto eso este esta estos estas el la los las un una "
            "su sus nuestro nuestra tu tus"
        ),
    ),
}


def _every(name: str) -> frozenset[str]:
    return frozenset().union(*(getattr(words, name) for words in SCOPE_WORDS.values()))


# for text in a language that is not listed: every binding word of every language counts
ANY_LANGUAGE = ScopeWords(
    _every("negations"),
    _every("conditions"),
    _every("exclusions"),
    _every("modals"),
    _every("quantifiers"),
    frozenset(),
)


def scope_words(language: str) -> ScopeWords:
    """The words of a language (a tag such as "en" or "de-AT"), or those of all four."""
    return SCOPE_WORDS.get(primary(language), ANY_LANGUAGE)
