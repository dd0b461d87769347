"""French wording that may change without changing what is said: closed classes and interchangeable words."""

SAME = """
par exemple = p.ex = p.ex.
c'est-à-dire = autrement dit = c.-à-d
afin de = pour = dans le but de
au moyen de = via = par le biais de = par l'intermédiaire de
en raison de = à cause de = du fait de
donc = par conséquent = c'est pourquoi = ainsi
cependant = toutefois = néanmoins = mais = pourtant
en outre = de plus = par ailleurs = également
au moins = au minimum
au plus = au maximum
environ = à peu près = approximativement
immédiatement = tout de suite = sans délai
actuellement = en ce moment = à l'heure actuelle
généralement = habituellement = normalement = en général = d'habitude
souvent = fréquemment
uniquement = seulement = exclusivement
entièrement = complètement = totalement
gratuit = sans frais
gratuitement = sans frais
avant de
dès que = aussitôt que
bien que = quoique
concernant = au sujet de = à propos de = en ce qui concerne
au lieu de = à la place de
y compris = inclus
sauf = excepté = hormis = à l'exception de
problème = souci
problèmes = soucis
colis = paquet
courriel = e-mail = email = mail = mél
courriels = e-mails = emails = mails
site = site web = site internet
appli = application
photo = image
dossier = répertoire
information = info
informations = infos
vous connecter = vous identifier
connectez-vous = identifiez-vous
sélectionnez = choisissez
sélectionner = choisir
cliquez = appuyez
cliquer = appuyer
utilisez = employez
utiliser = employer
recevoir = obtenir
recevez = obtenez
acheter = se procurer
commencer = débuter
commence = débute
vérifiez = contrôlez
vérifier = contrôler
afficher = montrer
modifier = changer
modifiez = changez
résoudre = régler
effacer = supprimer
effacez = supprimez
peut = pouvez = peux = peuvent
doit = devez = dois = doivent
contacter = joindre
contactez = joignez
% = pourcent = pour cent
"""
VERBS = ""
IRREGULAR = ""
ARTICLES = ""
POLITE = "svp simplement"
LEADS = """
veuillez noter que
notez que
sachez que
à noter,
remarque,
important,
pour information
pour rappel
en bref
en effet
et
mais
donc
cependant
en outre
de plus
également
puis
ensuite
d'abord
tout d'abord
enfin
finalement
malheureusement
heureusement
bien sûr
bien entendu
nous vous informons que
nous tenons à vous informer que
selon notre documentation
selon notre centre d'aide
"""
LINKS = "et donc cependant puis ensuite"
ROLES = """
le client
les clients
la cliente
l'utilisateur
les utilisateurs
"""
YOU = "vous"
YOUR = "votre"
SECOND_PERSON = "vous votre vos vôtre tu te toi ton ta tes"
THEIR = ""
AGREEMENT = ""
MOVABLE = "si quand lorsque avant après dès-que jusqu'à pour"
COMPLEMENT_AFTER = ""
DETERMINERS = ""
EXACT_CASE = ""
# from two on; "one" is also a pronoun
NUMBERS = "deux trois quatre cinq six sept huit neuf dix onze douze"
CONTRACTED = ""
BEFORE_S = ""

COURTESIES = """
Bonjour
Bonsoir
Madame, Monsieur
Cher client
Chère cliente
Merci
Merci beaucoup
Merci pour votre message
Merci de votre message
Merci pour votre question
Merci pour votre demande
Merci pour votre e-mail
Merci de nous avoir contactés
Merci de nous avoir contacté
Merci d'avoir pris contact avec nous
Merci de nous avoir écrit
Merci pour votre patience
Merci de votre patience
Merci de votre compréhension
Merci d'avance
Nous vous remercions de votre message
Nous vous remercions pour votre message
Nous espérons que cela vous aidera
J'espère que cela vous aide
J'espère que cela vous aidera
J'espère que cela répond à votre question
Nous espérons que cela répond à votre question
Nous restons à votre disposition
Nous restons à votre disposition pour toute question
Nous restons à votre disposition pour toute autre question
Nous restons à votre disposition pour tout complément d'information
Je reste à votre disposition
Je reste à votre disposition pour toute question
N'hésitez pas à nous contacter
N'hésitez pas à nous recontacter
N'hésitez pas à nous écrire
N'hésitez pas à nous contacter si vous avez des questions
N'hésitez pas à nous contacter si vous avez d'autres questions
N'hésitez pas à nous contacter pour toute question
N'hésitez pas à revenir vers nous
Si vous avez d'autres questions, n'hésitez pas à nous contacter
Si vous avez des questions, n'hésitez pas à nous contacter
Nous sommes désolés pour la gêne occasionnée
Veuillez nous excuser pour la gêne occasionnée
Nous nous excusons pour la gêne occasionnée
Nous sommes là pour vous aider
Bonne journée
Bonne soirée
Bon week-end
Excellente journée
Nous vous souhaitons une bonne journée
Je vous souhaite une bonne journée
Cordialement
Bien cordialement
Très cordialement
Bien à vous
Sincères salutations
Meilleures salutations
L'équipe support
Votre équipe support
L'équipe du support
Le service client
Votre service client
L'équipe
"""
