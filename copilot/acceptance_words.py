"""The closed word classes that tell whether an edit touches a fact, in English, German, French and Spanish."""

_GREETINGS = """
hello hi hey dear good guten hallo lieber liebe sehr bonjour bonsoir cher chère hola buenos buenas estimado estimada
"""
GREETINGS = frozenset(_GREETINGS.split())
"""Words that open a greeting."""

_CLOSINGS = """
kind best regards sincerely yours warm many cheers thanks mit viele herzliche beste freundliche cordialement bien
sincèrement meilleures un una saludos atentamente
"""
CLOSINGS = frozenset(_CLOSINGS.split())
"""Words that open a signature."""

_NEGATIONS = """
not no never none nothing nobody neither nor cannot without nicht kein keine keinen keinem keiner keines nie niemals
nichts niemand weder ohne pas jamais rien aucun aucune sans ni non nunca jamás nada nadie ningún ninguno ninguna sin
tampoco unless hardly
"""
NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that turn a sentence round."""

_NUMBER_WORDS = """
two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty ninety hundred
thousand half double twice once zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert
tausend halb doppelt einmal zweimal deux trois quatre cinq sept huit neuf dix onze douze quinze vingt trente cent
mille dos tres cuatro cinco seis siete ocho nueve diez doce quince veinte treinta cien ciento mil medio media doble
lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo janvier
février mars avril mai juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio
julio agosto septiembre octubre noviembre diciembre today tomorrow yesterday heute morgen gestern
"""
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())
"""Numbers, days and months in words."""

_ADDRESSED = """
i sie ihnen ihr ihre ihren ihrem ihrer
"""
ADDRESSED = frozenset(_ADDRESSED.split())
"""Capitalised though no names."""

_PLAIN_OPENINGS = """
a an the this that these those it its we you your our i they he she there here if when while once as after before
until please then also just simply now so and but or for in on at to from by with of how what where who which why yes
sorry afterwards finally first next however otherwise alternatively thank thanks note kindly can could will would
should may do der die das den dem ein eine einen einem dieser diese dieses es sie wir ihr ihre ihren unser unsere wenn
falls sobald bitte dann danach auch nun und aber oder für im am auf zu mit von bei nach vor um wie was wo wer hier
dort anschließend zuerst zunächst jedoch andernfalls danke können le la les l un une des ce cet cette ces il elle nous
vous votre vos notre nos si quand lorsque dès veuillez ensuite puis aussi et mais ou pour dans en sur à au aux de du
avec par comment où qui ici merci d'abord enfin sinon el los las una unos unas este esta estos estas ese esa su sus
nuestro nuestra cuando por favor luego después también y pero o para sobre con del al como cómo dónde aquí primero
gracias puede pueden
"""
PLAIN_OPENINGS = frozenset(_PLAIN_OPENINGS.split())
"""Words that may open a sentence without naming anybody."""
