#!/usr/bin/env python3
"""Made `phrases-1.txt`, the phrases of compact disclosures (spec/vault.md). Kept to show what they are made of: the file itself is part
of the format and never changes; other phrases get another number.

All of it was written for it: pointers of personal members, the shapes of user agents, mail domains, places and names.
Samples are put together from these by chance; how often each phrase stands in them decides how many bits it takes.
"""

import heapq, json, pathlib, random, sys
from collections import Counter

POINTERS = """/targets/1/id /targets/0/id /personal/1/of /personal/0/of /resource/id /actor/on_behalf_of/id
/actor/on_behalf_of/email /actor/on_behalf_of/name /actor/id /actor/email /actor/name""".split()
FIELDS = """comment reason message note subject title description phone address street city zip postal_code country birthday
date_of_birth gender iban account salary company department manager owner assignee recipient sender to from cc user
username login display_name full_name first_name last_name given_name family_name email name""".split()
DOMAINS = """protonmail.com proton.me mail.ru qq.com 163.com naver.com aol.com live.com msn.com me.com mac.com web.de gmx.de
gmx.net gmx.at t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net libero.it virgilio.it bluewin.ch posteo.de
mailbox.org fastmail.com zoho.com yandex.ru comcast.net verizon.net att.net btinternet.com yahoo.co.uk yahoo.co.jp
yahoo.fr hotmail.fr hotmail.co.uk icloud.com yahoo.com hotmail.com outlook.com gmail.com""".split()
ENDINGS = """.edu .gov .gov.uk .ac.uk .co.jp .com.br .com.au .co.in .ca .us .ru .cn .jp .in .br .pl .cz .se .no .dk .fi .es
.it .be .nl .ch .at .eu .fr .co.uk .uk .dev .app .io .net .org .de .com""".split()
CITIES = """Aarhus Abidjan Accra Adelaide Ahmedabad Amsterdam Ankara Antwerp Athens Atlanta Auckland Austin Baltimore Bangalore
Bangkok Barcelona Basel Beijing Belgrade Bergen Berlin Bern Bilbao Birmingham Bogotá Bordeaux Boston Bratislava Bremen
Brisbane Bristol Brno Brussels Bucharest Budapest Calgary Casablanca Charlotte Chengdu Chennai Chicago Cologne Columbus
Copenhagen Cracow Dallas Delhi Denver Detroit Dortmund Dresden Dubai Dublin Durban Dusseldorf Düsseldorf Edinburgh Essen
Florence Frankfurt Gdansk Geneva Genoa Ghent Glasgow Gothenburg Graz Guangzhou Haifa Hamburg Hangzhou Hanover Hanoi Helsinki
Houston Hyderabad Istanbul Jakarta Jerusalem Johannesburg Karachi Karlsruhe Kolkata Krakow Kyiv Lagos Lausanne Leeds
Leipzig Lille Lima Linz Lisbon Liverpool Ljubljana London Lyon Madrid Malmö Manchester Manila Mannheim Marseille Melbourne
Miami Milan Minneapolis Montevideo Montpellier Montreal Montréal Moscow Mumbai Munich München Nagoya Nairobi Nantes Naples
Nice Nuremberg Nürnberg Osaka Oslo Ottawa Palermo Perth Philadelphia Phoenix Pittsburgh Portland Porto Poznan Prague Pune
Reykjavik Riga Rome Rotterdam Salzburg Santiago Sarajevo Seattle Seoul Seville Shanghai Sheffield Shenzhen Singapore Sofia
Stockholm Strasbourg Stuttgart Sydney Taipei Tallinn Tampa Tampere Tokyo Toronto Toulouse Turin Utrecht Valencia Vancouver
Vienna Vilnius Warsaw Washington Wellington Wien Wroclaw Wuppertal Yokohama Zagreb Zurich Zürich""".split() + [
    "Buenos Aires", "Cape Town", "Ho Chi Minh City", "Hong Kong", "Kuala Lumpur", "Las Vegas", "Los Angeles", "Mexico City",
    "New Delhi", "Rio de Janeiro", "Saint Petersburg", "Salt Lake City", "San Antonio", "San Diego", "San Francisco",
    "San Jose", "São Paulo", "Tel Aviv", "The Hague", "New York"]
REGIONS = """Scotland Wales Ontario Quebec Alberta Victoria Queensland Florida Georgia Illinois Oregon Virginia Washington Texas
California Bavaria Bayern Hesse Hessen Saxony Sachsen Brandenburg Tyrol Geneva Lombardy Lazio Piedmont Catalonia Catalunya
Andalusia Occitanie Normandy Brittany Flanders Wallonia Utrecht Tokyo Osaka Maharashtra Karnataka Gauteng Lagos Hamburg
Berlin England""".split() + [
    "British Columbia", "New South Wales", "North Carolina", "New Jersey", "New York", "North Holland", "South Holland",
    "North Rhine-Westphalia", "Nordrhein-Westfalen", "Baden-Württemberg", "Lower Saxony", "Niedersachsen", "Lower Austria",
    "Upper Austria", "Île-de-France", "Auvergne-Rhône-Alpes", "Provence-Alpes-Côte d'Azur", "Community of Madrid"]
GIVEN = """Alexander Andreas Anna Anne Anton Barbara Bernd Brian Carlos Charles Christian Christina Christopher Claudia Daniel
David Elena Elizabeth Emily Emma Eric Eva Felix Frank Gabriel George Hans Helena Ivan James Jan Jennifer Jessica Johannes
John Jonas Jose Joseph Julia Karen Karl Katharina Kevin Laura Lena Linda Lisa Lucas Luis Lukas Manuel Marco Maria Marie Mario
Mark Markus Martin Mary Matthew Matthias Max Maximilian Michael Miguel Mohamed Muhammad Nicole Nina Olga Oliver Patricia
Patrick Paul Pedro Peter Philipp Pierre Rachel Richard Robert Sabine Sandra Sara Sarah Sebastian Simon Sofia Sophie Stefan
Stephanie Steven Susan Thomas Tim Tobias Ursula Victoria William Wolfgang""".split()
FAMILY = """Andersen Anderson Bauer Becker Bernard Brown Davis Dubois Evans Fernandez Ferrari Fischer Garcia Gonzalez Gruber Hansen
Hernandez Hoffmann Huber Hughes Ivanov Jackson Jensen Johansson Johnson Jones Kaiser Keller Khan Kim Klein Koch Kovacs
Kowalski Krause Kumar Lange Larsen Lee Lehmann Lewis Lopez Maier Martin Martinez Mayer Meier Meyer Miller Moore Moreau
Müller Nguyen Nielsen Novak Nowak Olsen Patel Pereira Perez Peters Petersen Popescu Richter Robinson Rodriguez Rossi
Russo Sanchez Santos Sato Schäfer Schmid Schmidt Schneider Schröder Schulz Schwarz Silva Singh Smith Suzuki Tanaka Taylor
Thomas Thompson Torres Wagner Walker Wang Weber Weiß White Williams Wilson Wolf Wright Yamamoto Yilmaz Young Zhang
Zimmermann""".split()

# For free text, so that letters keep bits of a fair number.
WORDS = """the of and to in is for that with on as at by from this have has was are not be or it you we they will can our your please
send again call back about invoice order ticket account customer contract office today week month request changed address
phone number new old home work late early office meeting group project report server client agent sync backup service worker
monitor app web api cli bot portal gateway scanner loader job task admin user test build release deploy billing
der die das und ist nicht mit von für auf ein eine den dem zu im bitte Rechnung Kunde Straße Büro neue alte wegen Anfrage le la les
des une pour avec sur dans est pas nous vous rue client facture el los que por para con una calle example internal local corp
quick brown jump vex zone yes no max key job box buy pay day""".split()

TOOLS = """Apache-HttpClient/4.5.14 (Java/17.0.2)|Java/11.0.22|Java-http-client/21.0.2|okhttp/4.12.0|axios/1.7.2|node-fetch/1.0
|node|undici|got (https://github.com/sindresorhus/got)|Go-http-client/1.1|Go-http-client/2.0|python-requests/2.32.3|python-urllib3/2.2.1
|Python-urllib/3.11|Python/3.12 aiohttp/3.9.5|python-httpx/0.27.0|curl/8.5.0|curl/7.88.1|Wget/1.21.4|PostmanRuntime/7.39.0|insomnia/9.2.0
|Dart/3.4 (dart:io)|GuzzleHttp/7|PHP/8.3|Ruby|Faraday v2.9.0|reqwest/0.12.4|hyper/1.3.1|libcurl/8.5.0|git/2.45.1
|aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0 exe/x86_64.amazon.2|Boto3/1.34.100 md/Botocore#1.34.100 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.3
|aws-sdk-java/2.25.40|aws-sdk-go-v2/1.26.1|APN/1.0 HashiCorp/1.0 Terraform/1.8.2 (+https://www.terraform.io)|HashiCorp Terraform/1.8.2
|kubectl/v1.30.0 (linux/amd64) kubernetes/|kubectl/v1.29.3 (darwin/arm64) kubernetes/|Helm/3.14.4|Terraform/1.8.2|Pulumi|ansible-httpget
|azsdk-python-core/1.30.1 Python/3.11.8 (Linux-6.1.0-x86_64-with-glibc2.36)|AZURECLI/2.60.0|gcloud/475.0.0|google-api-go-client/0.5
|google-cloud-sdk gcloud/475.0.0|Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17531; Pro)|Microsoft-WNS/10.0|MSAL 1.28.0
|Slackbot 1.0 (+https://api.slack.com/robots)|GitHub-Hookshot/|Googlebot/2.1 (+http://www.google.com/bot.html)
|Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)|Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)
|CFNetwork/1494.0.7 Darwin/23.4.0|Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko""".replace("\n", "").split("|")

LINUX = ["(Linux; Android 10; K)", "(Linux; Android 13; SM-G991B)", "(Linux; Android 14; Pixel 8 Pro)", "(Linux; Android 14; SM-S918B)",
         "(X11; Ubuntu; Linux x86_64)", "(X11; CrOS x86_64 14541.0.0)", "(X11; Linux x86_64)"]
CHROMIUM = LINUX + ["(Macintosh; Intel Mac OS X 10_15_7)", "(Windows NT 10.0; Win64; x64)"]
GECKO = ["(Android 14; Mobile; rv:{v}.0)", "(X11; Ubuntu; Linux x86_64; rv:{v}.0)", "(X11; Linux x86_64; rv:{v}.0)",
         "(Macintosh; Intel Mac OS X 10.15; rv:{v}.0)", "(Windows NT 10.0; Win64; x64; rv:{v}.0)"]
IOS = ["(iPad; CPU OS 17_5 like Mac OS X)", "(iPhone; CPU iPhone OS 16_6 like Mac OS X)", "(iPhone; CPU iPhone OS 18_5 like Mac OS X)",
       "(iPhone; CPU iPhone OS 17_5_1 like Mac OS X)"]
WEBKIT = " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/"


def chromium(r, v):
    agent = "Mozilla/5.0 " + r.choice(CHROMIUM + CHROMIUM[-2:] * 6) + WEBKIT + f"{v}.0.0.0"
    agent += (" Mobile" if "Android" in agent else "") + " Safari/537.36"
    return agent + r.choice([""] * 7 + [f" Edg/{v}.0.0.0"] * 3 + [f" OPR/{v - 16}.0.0.0"])


def gecko(r, v):
    return "Mozilla/5.0 " + r.choice(GECKO + GECKO[-1:] * 3).format(v=v) + (" Gecko/20100101" if r.random() < .9 else f" Gecko/{v}.0") + f" Firefox/{v}.0"


def safari(r, v):
    tail = f" AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{r.choice([16, 17, 18, 26])}.{r.randrange(7)}"
    if r.random() < .5:
        return "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + tail + " Safari/605.1.15"
    return "Mozilla/5.0 " + r.choice(IOS) + r.choice([tail, tail, tail, f" AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/{v}.0.0.0"]) + " Mobile/15E148 Safari/604.1"


def product(r):
    """A tool of one's own."""
    name = "".join(r.choice(["-", "", "/", "_"]) + r.choice(WORDS) for _ in range(r.randrange(1, 4))).lstrip("-_/")
    return name + "/" + ".".join(str(r.randrange(30)) for _ in range(r.randrange(1, 4)))


def pieces(r, v):
    """Parts of browsers' names in an order of their own."""
    parts = ["AppleWebKit/537.36", "(KHTML, like Gecko)", f"Chrome/{v}.0.0.0", f"Chrome/{v}.0.{r.randrange(7000)}.{r.randrange(200)}", "Safari/537.36",
             "AppleWebKit/605.1.15", f"Version/{v % 20}.0", "Safari/605.1.15", "Mobile/15E148", f"Edg/{v}.0.0.0", f"Firefox/{v}.0", product(r)]
    return " ".join(["Mozilla/5.0", r.choice(CHROMIUM + IOS)] + [p for p in parts if r.random() < .4])


def tool(r, v):
    system = r.choice(["", " (linux; amd64)", " (Windows NT 10.0)", " (darwin/arm64)", " Linux/6.8.0", " (+https://" + r.choice(WORDS) + ".com/)"])
    return r.choice([r.choice(TOOLS), product(r) + system])


def agent(r):
    return r.choice([chromium] * 12 + [gecko] * 4 + [safari] * 4 + [tool] * 4 + [pieces] * 3)(r, r.randrange(100, 160))


def address(r):
    if r.random() < .12:
        return f"2{r.choice(['a0', '00', '60', '40', '80'])}{r.randrange(16):x}:" + ":".join(f"{r.randrange(65536):x}" for _ in range(7))
    return ".".join(str(r.choice([r.randrange(256), r.randrange(256), r.randrange(100)])) for _ in range(4))


def mail(r, given, family):
    name = r.choice([f"{given}.{family}", f"{given[0]}.{family}", f"{given}{r.randrange(100)}", f"{family}", f"{r.randrange(100000)}"]).lower()
    return name + "@" + (r.choice(DOMAINS) if r.random() < .3 else r.choice(FAMILY).lower() + r.choice(ENDINGS[-8:]))


def text(r):
    return r.choice([" ".join(r.choice(WORDS + GIVEN[:20]) for _ in range(r.randrange(1, 12))) + r.choice(["", ".", "?"]), f"+{r.randrange(10 ** 11)}",
                     f"{r.choice(FAMILY)} {r.choice(WORDS)} {r.randrange(200)}", f"{r.getrandbits(64):x}", f"{r.choice(WORDS)}_{r.randrange(10 ** 6)}"])


def sample(r):
    value, given, family = {}, r.choice(GIVEN), r.choice(FAMILY)
    match r.choice("ccccccccccccciiiifff"):
        case "c":
            value["/client/ip"] = address(r)
            if r.random() < .6:
                value["/client/location/city"] = r.choice(CITIES)
                if r.random() < .4:
                    value["/client/location/region"] = r.choice(REGIONS)
            if r.random() < .95:
                value["/client/user_agent"] = agent(r)
        case "i":
            if r.random() < .8:
                value["/actor/email"] = mail(r, given, family)
            value["/actor/name"] = given + " " + family
        case "f":
            place = r.choice(["/changes/{}", "/changes/{}/before", "/properties/{}", "/properties/user/{}"])
            value[place.format(r.choice(FIELDS))] = r.choice([given, given + " " + family, mail(r, given, family), text(r), text(r)])
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()



SYNTAX = """{"/ ":" "," "} ":{" ":[" "], ":true ":false ":null :0} : \\n \\" \\u00 /before":" /after":" /id":" /name":" /email":" ","/""".split()
LETTERS = """th he in er an re on en at nd st or te es is ar ti ha al to it as le ch ei ie un de ou se li ri ng ra la ne ro co el me
il us ck tt ll ss ee oo ma mi mo ta be br ber berg ing tion ment ter sch ich ein ung der and the ent ion lle ann mann son sen
stein ller ner ler ski ova ez es er_ id_ _id http https:// http:// www. .com/ .org/ .json .pdf Street straße rue""".split() + [
    " the ", " and ", " of ", " to ", " in ", " is ", ", ", ". ", " - ", ": ", "; ", " (", ") "]
AGENTS = [s.replace("~", " ") for s in """Mozilla/5.0~( Mozilla/4.0~(compatible;~ Mozilla/5.0~(compatible;~ Windows~NT~10.0;~Win64;~x64 Windows~NT~
Macintosh;~Intel~Mac~OS~X~10_15_7 Macintosh;~Intel~Mac~OS~X~ X11;~Linux~x86_64 X11;~Ubuntu;~Linux~x86_64 X11;~CrOS~x86_64~ Linux;~Android~ Android~
iPhone;~CPU~iPhone~OS~ iPad;~CPU~OS~ ~like~Mac~OS~X Linux;~Android~10;~K)~AppleWebKit/537.36~(KHTML,~like~Gecko)~Chrome/
;~rv: .0)~Gecko/20100101~Firefox/ )~Gecko/20100101~Firefox/ ~Gecko/ ~Firefox/ ~Chrome/ ~Safari/ ~Version/ ~Mobile ~Mobile/15E148 ~Edg/ ~OPR/
~CriOS/ ~FxiOS/ ~AppleWebKit/ )~AppleWebKit/537.36 )~AppleWebKit/605.1.15 537.36 605.1.15 604.1 ~(KHTML,~like~Gecko)
)~AppleWebKit/537.36~(KHTML,~like~Gecko)~Chrome/ )~AppleWebKit/605.1.15~(KHTML,~like~Gecko)~Version/
)~AppleWebKit/605.1.15~(KHTML,~like~Gecko)~CriOS/ .0.0.0 .0.0.0~Safari/537.36"} .0.0.0~Safari/537.36~Edg/ .0.0.0~Safari/537.36~OPR/
.0.0.0~Safari/537.36 .0.0.0~Mobile~Safari/537.36"} .0.0.0~Mobile~Safari/537.36 .0.0.0"} .0"} ~Safari/605.1.15"} ~Mobile/15E148~Safari/604.1"} 
;~SM- ;~Pixel~ ~Build/ ;~wv) x86_64 amd64 arm64 aarch64 linux darwin windows Linux Darwin Windows ~lang/python# ~md/arch# ~os/linux# ~md/Botocore# ~ua/2.0
Mozilla/5.0~(Windows~NT~10.0;~Win64;~x64)~AppleWebKit/537.36~(KHTML,~like~Gecko)~Chrome/
Mozilla/5.0~(Macintosh;~Intel~Mac~OS~X~10_15_7)~AppleWebKit/537.36~(KHTML,~like~Gecko)~Chrome/
Mozilla/5.0~(Macintosh;~Intel~Mac~OS~X~10_15_7)~AppleWebKit/605.1.15~(KHTML,~like~Gecko)~Version/
Mozilla/5.0~(Windows~NT~10.0;~Win64;~x64;~rv: Mozilla/5.0~(Macintosh;~Intel~Mac~OS~X~10.15;~rv: Mozilla/5.0~(X11;~Linux~x86_64;~rv:
Mozilla/5.0~(X11;~Linux~x86_64)~AppleWebKit/537.36~(KHTML,~like~Gecko)~Chrome/ Mozilla/5.0~(iPhone;~CPU~iPhone~OS~
~like~Mac~OS~X)~AppleWebKit/605.1.15~(KHTML,~like~Gecko)~Version/""".split()]
CONNECTION = ['{"/client/ip":"', '","/client/location/city":"', '","/client/location/region":"', '","/client/user_agent":"',
              '{"/client/user_agent":"', '{"/client/location/city":"', '","/client/user_agent":"Mozilla/5.0 (']
# Bytes of a code at most. A reader needs no table of 2^15: codes of one length follow one another.
BITS_MAX = 15


def phrases():
    tools = {t[:i] for t in TOOLS for i in (len(t), t.find("/") + 1, t.find(" ") + 1) if i > 3}
    members = {p for pointer in POINTERS for p in (f'{{"{pointer}":"', f'","{pointer}":"')}
    members |= {f'{{"/{of}' for of in ("changes/", "properties/", "properties/user/", "actor/", "resource/", "targets/", "personal/")}
    words = GIVEN + FAMILY + FIELDS + CITIES + REGIONS
    numbers = [f"{n}." for n in range(256)] + [f"{n:02}" for n in range(100)]
    found = SYNTAX + LETTERS + AGENTS + CONNECTION + words + [w + " " for w in GIVEN] + numbers + ["@" + d for d in DOMAINS] + ENDINGS
    found += [e + '"' for e in ENDINGS] + [w.lower() for w in GIVEN + FAMILY] + ['.com","/actor/name":"', '","/actor/name":"']
    return {p.encode() for p in set(found) | tools | members if len(p.encode()) > 1}


def split(text, known, longest):
    """The text as phrases and bytes: the longest phrase at each place."""
    at = 0
    while at < len(text):
        size = next(n for n in range(min(longest, len(text) - at), 0, -1) if n == 1 or text[at:at + n] in known)
        yield text[at:at + size]
        at += size


def lengths(counts):
    """Bits of each by Huffman; the counts are evened out until none has more than `BITS_MAX`."""
    while True:
        heap = [(n, at, (s,)) for at, (s, n) in enumerate(sorted(counts.items()))]
        heapq.heapify(heap)
        bits = dict.fromkeys(counts, 0)
        while len(heap) > 1:
            (a, at, left), (b, _, right) = heapq.heappop(heap), heapq.heappop(heap)
            for symbol in left + right:
                bits[symbol] += 1
            heapq.heappush(heap, (a + b, at, left + right))
        if max(bits.values()) <= BITS_MAX:
            return bits
        counts = {s: n + 1 + n // 64 for s, n in counts.items()}


def written(symbol):
    plain = len(symbol) > 1 or 0x20 < symbol[0] < 0x7f and symbol != b"\\"
    return symbol.decode() if plain else f"\\x{symbol[0]:02x}"


def make():
    r = random.Random(1)
    samples = [sample(r) for _ in range(40_000)]
    known = phrases()
    for seldom in (2, 4, 4):
        counts = Counter(s for text in samples for s in split(text, known, 128))
        known = {p for p in known if counts[p] >= seldom}
    counts = Counter(s for text in samples for s in split(text, known, 128))
    # What samples of Western names hardly hold: every byte, and those of other scripts more.
    for byte in range(256):
        counts[bytes([byte])] += 120 if byte >= 0x80 else 200 if chr(byte).isalnum() else 20
    # The last code of all, 15 bits of 1, stays free: texts are filled up with ones.
    counts[END] = 1
    bits = lengths(counts)
    assert bits.pop(END) == max(bits.values()) == BITS_MAX
    return "".join(f"{n} {written(s)}\n" for n, s in sorted((n, s) for s, n in bits.items()))


END = b""

if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("phrases-1.txt")
    out.write_text(make())
