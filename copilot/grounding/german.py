"""German wording that may change without changing what is said: closed classes and interchangeable words."""

SAME = """
zum beispiel = beispielsweise = z.b = z.b. = bspw
das heißt = d.h = d.h.
mittels = mithilfe von = mit hilfe von = mit hilfe
aufgrund = wegen = auf grund
aufgrund von = wegen
deshalb = daher = deswegen = darum = somit = folglich = infolgedessen
jedoch = allerdings = aber
außerdem = zudem = ferner = darüber hinaus = zusätzlich = des weiteren
mindestens = wenigstens = zumindest
höchstens = maximal
ungefähr = etwa = circa = ca = rund
sofort = umgehend = unverzüglich = unmittelbar
derzeit = momentan = zurzeit = zur zeit = aktuell = gegenwärtig
normalerweise = üblicherweise = in der regel = gewöhnlich
oft = häufig
nur = ausschließlich = lediglich
erneut = nochmals = noch einmal = noch mal
vollständig = komplett = völlig
kostenlos = kostenfrei = gratis = unentgeltlich
falls = sofern
wenn = wann immer
bevor = ehe
nachdem
obwohl = obgleich = auch wenn
bezüglich = hinsichtlich = in bezug auf
anstatt = statt = anstelle von = an stelle von
inklusive = einschließlich = inkl
zuzüglich = plus = zzgl
problem = schwierigkeit
paket = sendung
email = e-mail = mail
emails = e-mails = mails
website = webseite = internetseite = web-seite
app = anwendung
foto = bild
ordner = verzeichnis
information = info
informationen = infos = angaben
rechnung
einloggen = anmelden
ausloggen = abmelden
auswählen = wählen
anklicken = klicken auf
verwenden = benutzen = nutzen
verwendet = benutzt = genutzt = nutzt
erhalten = bekommen
erhält = bekommt
erhalte = bekomme
erhaltene = bekommene
kaufen = erwerben
beginnen = anfangen = starten
beginnt = startet
prüfen = überprüfen
zeigen = anzeigen
ändern = abändern
beheben = lösen
löschen
senden = schicken
gesendet = geschickt
sendet = schickt
zurücksenden = zurückschicken
einsenden = einschicken
kontaktieren = sich melden bei
benötigen = brauchen
benötigt = braucht
benötigte
kann = können = kannst = könnt
muss = müssen = musst = müsst
darf = dürfen = darfst = dürft
soll = sollen = sollst = sollt
wird = werden = wirst = werdet
hat = haben = hast = habt
ist = sind = bist = seid
prozent = %
"""
VERBS = ""
IRREGULAR = ""
# articles carry the case in German, and with it who does what to whom: none may change
ARTICLES = ""
POLITE = "bitte einfach gerne natürlich tatsächlich"
LEADS = """
hinweis,
bitte beachten Sie,
bitte beachte,
beachten Sie,
wichtig,
zur information,
zur erinnerung,
kurz gesagt,
übrigens,
und
aber
jedoch
außerdem
deshalb
dann
zuerst
zunächst
danach
anschließend
schließlich
leider
zum glück
glücklicherweise
selbstverständlich
grundsätzlich,
laut unserer hilfeseite
laut unserem hilfe-center
"""
LINKS = "und jedoch deshalb dann außerdem"
ROLES = """
der kunde
die kunden
die kundin
der nutzer
die nutzer
der benutzer
die benutzer
"""
YOU = "Sie"
YOUR = "Ihre"
SECOND_PERSON = "Sie Ihr Ihre Ihren Ihrem Ihrer Ihres du dein deine deinen deinem deiner dir dich euch"
THEIR = ""
AGREEMENT = ""
MOVABLE = "wenn falls sobald solange bevor nachdem bis"
COMPLEMENT_AFTER = ""
DETERMINERS = ""
# where a capital letter tells who is meant
EXACT_CASE = "sie ihr ihre ihren ihrem ihrer ihres ihnen"
# from two on; "one" is also a pronoun
NUMBERS = "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
CONTRACTED = ""
BEFORE_S = ""

COURTESIES = """
Hallo
Guten Tag
Guten Morgen
Guten Abend
Hallo zusammen
Sehr geehrte Damen und Herren
Liebe Kundin
Lieber Kunde
vielen Dank
Danke
Herzlichen Dank
Vielen Dank für Ihre Nachricht
Vielen Dank für deine Nachricht
Danke für Ihre Nachricht
Danke für deine Nachricht
Vielen Dank für Ihre Anfrage
Vielen Dank für Ihre E-Mail
Vielen Dank für Ihre Frage
Vielen Dank für Ihr Verständnis
Vielen Dank für Ihre Geduld
Danke, dass Sie sich an uns gewandt haben
Vielen Dank, dass Sie sich an uns gewandt haben
Vielen Dank, dass Sie sich an uns wenden
Danke, dass du uns geschrieben hast
Ich hoffe, das hilft Ihnen weiter
Wir hoffen, das hilft Ihnen weiter
Ich hoffe, das hilft dir weiter
Wir hoffen, dass Ihnen das weiterhilft
Ich hoffe, das beantwortet Ihre Frage
Wir helfen Ihnen gerne
Wir helfen Ihnen gerne weiter
Gerne helfe ich Ihnen weiter
Wir sind gerne für Sie da
Bei weiteren Fragen melden Sie sich bitte
Bei weiteren Fragen melden Sie sich gerne
Bei weiteren Fragen melden Sie sich jederzeit
Bei Fragen melden Sie sich gerne
Bei weiteren Fragen stehen wir Ihnen gerne zur Verfügung
Bei Fragen stehen wir Ihnen gerne zur Verfügung
Für weitere Fragen stehen wir Ihnen gerne zur Verfügung
Melden Sie sich gerne, wenn Sie weitere Fragen haben
Wenn Sie weitere Fragen haben, melden Sie sich gerne
Falls Sie weitere Fragen haben, melden Sie sich gerne
Bitte melden Sie sich, wenn etwas unklar ist
Antworten Sie einfach auf diese Nachricht
Wir entschuldigen uns für die Unannehmlichkeiten
Bitte entschuldigen Sie die Unannehmlichkeiten
Entschuldigung für die Unannehmlichkeiten
Das tut uns leid
Es tut uns leid
Wir wünschen Ihnen einen schönen Tag
Ich wünsche Ihnen einen schönen Tag
Einen schönen Tag noch
Schönen Tag noch
Ein schönes Wochenende
Mit freundlichen Grüßen
Freundliche Grüße
Viele Grüße
Beste Grüße
Herzliche Grüße
Liebe Grüße
Mit besten Grüßen
Ihr Support-Team
Ihr Kundenservice
Ihr Kundendienst
Ihr Team
Euer Support-Team
Dein Support-Team
Das Support-Team
Das Team
"""
