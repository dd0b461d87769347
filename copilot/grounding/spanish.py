"""Spanish wording that may change without changing what is said: closed classes and interchangeable words."""

SAME = """
por ejemplo = p.ej = p.ej.
es decir = o sea = esto es
para = a fin de = con el fin de
mediante = a través de = por medio de
debido a = a causa de = por causa de
por lo tanto = por tanto = por eso = así que = en consecuencia = por ello
sin embargo = no obstante = pero
además = asimismo = adicionalmente = también
al menos = como mínimo = por lo menos
como máximo = a lo sumo
aproximadamente = alrededor de = unos = cerca de
inmediatamente = de inmediato = enseguida
actualmente = en este momento = por el momento
normalmente = generalmente = habitualmente = por lo general = en general
a menudo = frecuentemente = con frecuencia
solo = sólo = solamente = únicamente = exclusivamente
completamente = totalmente = por completo = enteramente
gratis = gratuitamente = sin coste = sin costo
gratuito = sin coste = sin costo
tan pronto como = en cuanto
aunque = si bien
respecto a = en cuanto a = con respecto a = en relación con
en lugar de = en vez de
salvo = excepto = a excepción de
problema = inconveniente
problemas = inconvenientes
paquete = envío
correo = correo electrónico = email = e-mail
correos = correos electrónicos = emails = e-mails
sitio = sitio web = página web
aplicación = app
foto = imagen
carpeta = directorio
iniciar sesión = acceder
seleccione = elija = escoja
seleccionar = elegir = escoger
haga clic en = pulse = pulse en = haga clic
use = utilice = emplee
usar = utilizar = emplear
recibir = obtener
recibirá = obtendrá
comprar = adquirir
empezar = comenzar
comience = empiece
compruebe = verifique
comprobar = verificar
mostrar = enseñar
cambiar = modificar
cambie = modifique
resolver = solucionar
borrar = eliminar
borre = elimine
enviar = mandar
envíe = mande
puede = puedes = pueden
debe = debes = deben
necesita = necesitas = necesitan
tiene = tienes = tienen
% = por ciento
"""
VERBS = ""
IRREGULAR = ""
ARTICLES = ""
POLITE = "simplemente"
LEADS = """
tenga en cuenta que
ten en cuenta que
recuerde que
recuerda que
nota,
importante,
le informamos que
le informamos de que
queremos informarle de que
para su información
como recordatorio
en resumen
de hecho
y
pero
sin embargo
además
por lo tanto
luego
después,
primero,
en primer lugar
a continuación
por último
finalmente
lamentablemente
desafortunadamente
afortunadamente
por supuesto
claro
según nuestra documentación
según nuestro centro de ayuda
"""
LINKS = "y además luego"
ROLES = """
el cliente
los clientes
la cliente
el usuario
los usuarios
"""
YOU = "usted"
YOUR = "su"
SECOND_PERSON = "usted ustedes su sus tú tu tus te ti"
THEIR = ""
AGREEMENT = ""
MOVABLE = "si cuando mientras para hasta"
COMPLEMENT_AFTER = ""
DETERMINERS = ""
EXACT_CASE = ""
# from two on; "one" is also a pronoun
NUMBERS = "dos tres cuatro cinco seis siete ocho nueve diez once doce"
CONTRACTED = ""
BEFORE_S = ""

COURTESIES = """
Hola
Buenos días
Buenas tardes
Buenas noches
Estimado cliente
Estimada cliente
Gracias
Muchas gracias
Gracias por su mensaje
Gracias por tu mensaje
Muchas gracias por su mensaje
Gracias por su consulta
Gracias por su pregunta
Gracias por su correo
Gracias por contactarnos
Gracias por contactar con nosotros
Gracias por ponerse en contacto con nosotros
Gracias por ponerte en contacto con nosotros
Gracias por escribirnos
Gracias por su paciencia
Gracias por su comprensión
Gracias de antemano
Espero que esto le ayude
Esperamos que esto le ayude
Espero que esto te ayude
Espero que esto responda a su pregunta
Esperamos que esto responda a su pregunta
Quedamos a su disposición
Quedamos a su disposición para cualquier consulta
Quedo a su disposición
Quedo a su disposición para cualquier duda
No dude en contactarnos
No dude en ponerse en contacto con nosotros
No dude en escribirnos
No dude en contactarnos si tiene alguna pregunta
No dude en contactarnos si tiene más preguntas
Si tiene alguna pregunta, no dude en contactarnos
Si tiene más preguntas, no dude en contactarnos
Si tiene cualquier otra pregunta, no dude en contactarnos
Si necesita algo más, no dude en contactarnos
Si necesita algo más, háganoslo saber
Avísenos si tiene más preguntas
Lamentamos las molestias
Disculpe las molestias
Sentimos las molestias
Lamentamos los inconvenientes
Estamos aquí para ayudarle
Estaremos encantados de ayudarle
Que tenga un buen día
Que tengas un buen día
Le deseamos un buen día
Que tenga un buen fin de semana
Saludos
Un saludo
Saludos cordiales
Un cordial saludo
Atentamente
Cordialmente
El equipo de soporte
Su equipo de soporte
El equipo de atención al cliente
Atención al cliente
El equipo
"""
