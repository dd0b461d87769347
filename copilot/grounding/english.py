"""English wording that may change without changing what is said: closed classes and interchangeable words, as tables.

Each line of `SAME` names ways to say one thing; a line never mixes polarity, amount, time or obligation.
"""

# the first of each line stands for all; several words are one phrase
SAME = """
in order to = so as to = to
for example = for instance = e.g. = eg = such as = like
that is to say = that is = i.e. = ie = in other words
must = have to = has to = need to = needs to = be required to = is required to = are required to
had to = needed to = was required to = were required to
can = am able to = is able to = are able to = be able to = have the ability to = has the ability to
can not = is not able to = are not able to = is unable to = are unable to = be unable to = cannot
could = was able to = were able to
could not = was unable to = were unable to = was not able to = were not able to
will = is going to = are going to
want to = wish to = would like to
wants to = wishes to
make use of = use
ensure = make sure = make certain = be sure = see to it
ensures = makes sure
via = through = by means of = by way of
because of = due to = owing to = on account of = as a result of
because = due to the fact that = owing to the fact that = on the grounds that
despite = in spite of
although = even though = though
before = prior to = in advance of
after = subsequent to
until = till = up until
during = in the course of
while = whilst
among = amongst
on = upon
on to = onto
about = regarding = concerning = with regard to = with regards to = in regard to = with respect to = in relation to
about = approximately = roughly = around = circa = approx
if = in the event that = in the event
in case of = in the event of
provided that = providing that = providing = provided = on condition that = on the condition that
as long as = so long as
as soon as = the moment
every time = each time
except = except for = with the exception of = apart from = aside from
instead of = rather than = in place of = in lieu of
together with = along with
in addition to = besides
in accordance with = according to = in line with
and = &
so = therefore = thus = hence = consequently = as a result = accordingly = for this reason = for that reason
so that = in order that
also = additionally = in addition = furthermore = moreover = what is more
but = however = nevertheless = nonetheless
perhaps = maybe = possibly
usually = normally = generally = typically = as a rule = in general
frequently = often
rarely = seldom
currently = now = at present = at the moment = at this time = right now = presently = at this point in time
immediately = right away = straight away = at once = instantly
soon = shortly = before long
again = once more = once again
completely = entirely = fully = totally = wholly
quickly = rapidly
only = solely = exclusively
no longer = not any longer = not any more = not anymore
at least = a minimum of = no less than = not less than = no fewer than
at most = a maximum of = no more than = not more than
additional = further = extra
almost = nearly
mainly = mostly = primarily = chiefly
especially = particularly = in particular
exactly = precisely
latest = most recent = newest
same = identical
should = ought to
phone = telephone
max = maximum
shop = store
shops = stores
holiday = vacation
holidays = vacations
customer service = customer support = customer care
search for = look for
searching for = looking for
go to = navigate to
wait for = await
view = look at = have a look at = take a look at
register = sign up
registered = signed up
registering = signing up
sufficient = enough
required = necessary = needed
incorrect = wrong
correct = accurate
entire = whole
easy = simple
fast = quick = rapid
large = big
specific = particular
main = primary
previous = prior
many = numerous = a lot of = lots of = a large number of
several = a number of
a few
a little
most = the majority of
free = free of charge = at no cost = at no charge = at no additional cost = at no additional charge
issue = problem
issues = problems
information = info
documentation = docs
instructions = directions
question = query = enquiry = inquiry
questions = queries = enquiries = inquiries
photo = photograph
photos = photographs
picture = image
pictures = images
folder = directory
folders = directories
parcel = package
parcels = packages
method = way
methods = ways
location = place
locations = places
error message = error
app = application
apps = applications
mobile phone = cell phone = cellphone
email = e-mail = electronic mail
emails = e-mails
email address = mail address
website = web site = web-site
websites = web sites
username = user name = user-name
log in = sign in = log on = sign on = log into = sign into
logs in = signs in = logs on = signs on = logs into = signs into
logged in = signed in = logged on = signed on = logged into = signed into
logging in = signing in = logging on = signing on = logging into = signing into
log out = sign out = log off = sign off
logged out = signed out = logged off = signed off
logging out = signing out = logging off = signing off
turn on = switch on = enable = activate
turned on = switched on = enabled = activated
turning on = switching on = enabling = activating
turns on = switches on = enables = activates
turn off = switch off = disable = deactivate
turned off = switched off = disabled = deactivated
turning off = switching off = disabling = deactivating
turns off = switches off = disables = deactivates
contact = get in touch with = reach out to = get hold of
contacting = getting in touch with = reaching out to
click = click on = press = tap = press on = tap on = hit
clicking = clicking on = pressing = tapping
fill in = fill out
filled in = filled out
get rid of = dispose of
return = send back
returned = sent back
returning = sending back
help = assistance
happen = take place
happen+s = takes place
happen+ed = took place
happen+ing = taking place
perform = carry out
perform+s = carries out
perform+ed = carried out
perform+ing = carrying out
has = contains
have = contain
having = containing
find out = learn = discover
per = for each
colour = color
colours = colors
favourite = favorite
behaviour = behavior
honour = honor
centre = center
metre = meter
metres = meters
litre = liter
litres = liters
catalogue = catalog
dialogue = dialog
programme = program
licence = license
licences = licenses
defence = defense
grey = gray
cancelled = canceled
cancelling = canceling
travelled = traveled
travelling = traveling
labelled = labeled
labelling = labeling
fulfil = fulfill
enrol = enroll
instalment = installment
towards = toward
afterwards = afterward
forwards = forward
backwards = backward
percent = % = per cent
is been = has been
is got = has got
"""

# verbs that stand for each other in every form, given by their base form
VERBS = """
start begin commence
finish complete
stop cease
buy purchase
receive obtain get acquire
help assist
show display
choose select pick
use utilise utilize employ
verify check
require need
allow permit
resolve fix solve
erase delete
enter type
change modify alter
happen occur arise
try attempt
continue proceed
describe explain
notify inform tell
provide give supply
keep retain
reply respond answer
view see consult
restart reboot
refresh reload
send submit
end terminate
exit quit
talk speak
think believe
find locate
seem appear
recommend advise
construct build
perform execute conduct
"""

IRREGULAR = """
begin begins began begun beginning
buy buys bought bought buying
get gets got gotten getting
show shows showed shown showing
choose chooses chose chosen choosing
give gives gave given giving
keep keeps kept kept keeping
see sees saw seen seeing
find finds found found finding
stop stops stopped stopped stopping
permit permits permitted permitted permitting
occur occurs occurred occurred occurring
arise arises arose arisen arising
build builds built built building
tell tells told told telling
send sends sent sent sending
submit submits submitted submitted submitting
quit quits quit quit quitting
speak speaks spoke spoken speaking
think thinks thought thought thinking
"""

ARTICLES = "a an the"
POLITE = "please kindly simply actually basically indeed"

# what may open a sentence or be left out there; "that" or a pause must follow where "that" is written, a pause where a
# comma is, because the word could belong to the sentence
LEADS = """
note,
please note,
remember,
reminder,
important,
sure,
certainly,
absolutely,
well,
okay,
ok,
first,
second,
third,
next,
last,

and
but
so
then
note that
please note that
be aware that
bear in mind that
keep in mind that
remember that
be advised that
take note that
it is important to note that
it is worth noting that
it should be noted that
it is important to know that
it is good to know that
it is worth knowing that
you should be aware that
you should note that
as you may know
as you know
we would like to inform you that
we would like to let you know that
we want to let you know that
we wanted to let you know that
we can confirm that
we would like to point out that
let me explain
let us explain
i can confirm that
i would like to inform you that
i would like to let you know that
as a reminder
just a reminder that
just to let you know
just so you know
just to be clear
just to confirm
for clarity
to be clear
to clarify
to confirm
to answer your question
in answer to your question
in response to your question
regarding your question
with that said
that being said
that said
having said that
for your information
fyi
for reference
for your reference
as mentioned
as mentioned above
as described in our help center
in short
in brief
in summary
to summarise
to summarize
to sum up
in fact
as a matter of fact
of course
naturally
unfortunately
fortunately
luckily
thankfully
also
firstly
first of all
to begin with
to start
secondly
thirdly
after that
afterwards
finally
lastly
importantly
good news
happily
according to our documentation
according to our help center
according to our help pages
according to our policy
according to our website
according to our article
according to our articles
as per our policy
as stated in our documentation
as stated in our help center
our documentation says that
our documentation states that
our help center says that
our help center states that
here is what you need to know
here is how
here is how it works
here is how to do it
here is what to do
here are steps
here are the steps
the answer is
the short answer is
what you need to know is that
you will be pleased to know that
you will be glad to know that
we are happy to tell you that
we are happy to confirm that
we are pleased to inform you that
i am happy to confirm that
we are sorry to say that
we regret to inform you that
"""

# what may link two clauses where a sentence is divided in two or two are joined
LINKS = "and but so then also"

# people who are spoken to as "you" in a reply
ROLES = """
customer
customers
user
users
shopper
shoppers
"""
YOU = "you"
YOUR = "your"
SECOND_PERSON = "you your yours yourself yourselves"
THEIR = "their his her his/her"
# forms that agree with their subject, and the one that stands for all
AGREEMENT = "is=are was=were has=have does=do"

# words that begin a clause which may stand before or after the other one
MOVABLE = "if unless when whenever once until after before while because since although to as-soon-as"

COMPLEMENT_AFTER = """
ensure sure check verify confirm say says said mean means think believe know known recommend recommends require assume
suppose see certain likely possible happen required show shows so such
"""
DETERMINERS = """
the a an you your we our it its they their he she his her this that these those there i all any each every both
"""

EXACT_CASE = ""

# from two on; "one" is also a pronoun
NUMBERS = "two three four five six seven eight nine ten eleven twelve"
# endings of contractions; "'s" is "is" only after words that own nothing
CONTRACTED = "re=are ll=will ve=have m=am d=would s=is"
BEFORE_S = "it that there here what who where how he she this when everything"

COURTESIES = """
Hello
Hi
Hi there
Hello there
Dear customer
Dear Sir or Madam
Good morning
Good afternoon
Good evening
Greetings
Thank you
Thanks
Many thanks
Thank you very much
Thanks a lot
Thank you for your message
Thanks for your message
Thank you for your email
Thanks for your email
Thank you for your question
Thanks for your question
Thank you for your request
Thank you for your inquiry
Thank you for contacting us
Thanks for contacting us
Thank you for contacting support
Thank you for contacting our support team
Thank you for getting in touch
Thanks for getting in touch
Thank you for getting in touch with us
Thanks for getting in touch with us
Thank you for reaching out
Thanks for reaching out
Thank you for reaching out to us
Thanks for reaching out to us
Thank you for writing
Thank you for writing to us
Thanks for writing in
Thank you for writing in
Thank you for asking
Thanks for asking
Thank you for letting us know
Thanks for letting us know
Thank you for the details
Thank you for your patience
Thank you for your understanding
Thanks for your patience
Thank you for your time
Thank you for being our customer
Thank you in advance
We appreciate your patience
We appreciate you reaching out
We appreciate your message
It is good to hear from you
Good to hear from you
I hope you are well
We hope you are well
I hope you are doing well
I hope this message finds you well
I hope this helps
I hope that helps
We hope this helps
We hope that helps
Hope this helps
Hope that helps
I hope this answers your question
We hope this answers your question
I hope this information helps
I hope this clears things up
I hope this is helpful
I am happy to help
I would be happy to help
I would be glad to help
We are happy to help
We are glad to help
Happy to help
We are here to help
I am here to help
We are happy to help if anything is unclear
We are always happy to help
I am sorry for the inconvenience
We are sorry for the inconvenience
Sorry for the inconvenience
We apologise for the inconvenience
We apologise for any inconvenience
Sorry for the trouble
We are sorry to hear that
I am sorry to hear that
Sorry to hear that
We understand your concern
I understand your concern
I understand that this is frustrating
Let us know if you have any questions
Let us know if you have any further questions
Let us know if you have any other questions
Let us know if you have more questions
Let us know if you need anything else
Let us know if you need any further help
Let us know if you need further assistance
Let us know if you need more help
Let us know if there is anything else we can do for you
Let us know if there is anything else we can help with
Let us know if anything is unclear
Let us know if this helps
Let us know if that helps
Let us know how it goes
Let me know if you have any questions
Let me know if you have any further questions
Let me know if you have any other questions
Let me know if you need anything else
Let me know if you need any further help
Let me know if there is anything else I can help with
Let me know if there is anything else I can do for you
Let me know if anything is unclear
Let me know if this helps
If you have any questions, let us know
If you have any further questions, let us know
If you have any other questions, let us know
If you have any questions, do not hesitate to contact us
If you have any further questions, do not hesitate to contact us
If you have any questions, feel free to contact us
If you have any further questions, feel free to contact us
If you have any further questions, feel free to reply to this email
If you have any questions, just reply to this message
If you have any further questions, just reply to this message
If you have any further questions, just reply to this email
If you need anything else, let us know
If you need anything else, just reply to this message
If you need anything else, just let us know
If you need further assistance, let us know
If you need further assistance, do not hesitate to contact us
If there is anything else, let us know
If there is anything else we can do for you, let us know
If anything is unclear, let us know
If anything is unclear, just reply to this message
Do not hesitate to contact us
Do not hesitate to contact us if you have any questions
Do not hesitate to contact us if you have any further questions
Do not hesitate to reach out
Do not hesitate to reach out if you have any questions
Do not hesitate to ask
Feel free to contact us
Feel free to contact us if you have any questions
Feel free to contact us if you have any further questions
Feel free to contact us again
Feel free to reach out
Feel free to reach out if you have any questions
Feel free to reach out if you have any further questions
Feel free to reach out if you need anything else
Feel free to reply to this message
Feel free to reply to this email
Feel free to ask
Just reply to this message if you have any questions
Just reply to this email if you have any questions
We look forward to hearing from you
I look forward to hearing from you
Looking forward to hearing from you
We look forward to your reply
Have a nice day
Have a great day
Have a good day
Have a lovely day
Have a wonderful day
Have a nice weekend
Have a great weekend
Have a great week
Enjoy your day
Take care
All the best
Best
Best regards
Best wishes
Kind regards
Warm regards
Warmest regards
Kindest regards
With kind regards
With best regards
Regards
Many greetings
Sincerely
Yours sincerely
Yours faithfully
Yours truly
Sincerely yours
Cheers
Respectfully
Thanks again
Thank you again
The support team
Your support team
Our support team
Support team
The team
Your team
The customer service team
Your customer service team
The customer support team
Your customer support team
Customer support
Customer service
Support
The help desk
The service desk
"""
