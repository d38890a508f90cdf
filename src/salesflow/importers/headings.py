"""Which column is what: headings recognised by their words, in eight languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import NamedTuple

from salesflow.errors import Refused
from salesflow.people import fold, looks_like_email, looks_like_link, looks_like_phone, nearest

CONTACT_FIELDS = {
    "name": "the whole name; `Last, First` is understood",
    "first_name": "first or given name",
    "middle_name": "middle name",
    "last_name": "last or family name",
    "nickname": "what friends call them",
    "prefix": "what stands before the name: Ms, Dr.",
    "suffix": "what stands after the name: Jr., PhD",
    "kind": "person or company",
    "company": "the firm they work for",
    "job_title": "what they do there",
    "email": "e-mail address (several columns; email:work gives it a label)",
    "phone": "phone number (several columns; phone:mobile)",
    "link": "web page or profile (several columns)",
    "address": "the whole address (several columns; address:home)",
    "street": "street and number, part of an address (several columns)",
    "city": "town, part of an address",
    "region": "state or province, part of an address",
    "postcode": "ZIP or postal code, part of an address",
    "country": "country, part of an address",
    "source": "where you found them: fair, referral, web",
    "source_detail": "more about the source: which fair",
    "referred_by": "name of the contact who sent them",
    "tags": "tags, with commas or semicolons between them (several columns)",
    "rating": "1 to 5",
    "priority": "A, B or C",
    "birthday": "birthday, with or without a year",
    "note": "anything to remember (several columns)",
    "next": "day of the next step",
    "todo": "what is to be done that day",
    "answer": "yes, no or unknown to a question (answer:money)",
    "off_list": "yes, or the day they asked not to be kept",
    "created_on": "day since when you know them",
}
DEAL_FIELDS = {
    "deal_id": "the id it has in the file, by which it is known again",
    "contact": "name of the person it is sold to",
    "email": "e-mail address of that person",
    "phone": "phone number of that person",
    "company": "the firm it is sold to",
    "title": "what is sold",
    "amount": "how much",
    "currency": "ISO code of the amount: USD, EUR",
    "stage": "stage it stands in, or stood in when it closed",
    "outcome": "open, won or lost",
    "opened_on": "day it began",
    "closed_on": "day it was won or lost",
    "how": "why it was won or lost",
    "way": "sold, or bought on the spot",
    "process": "name of the sales process",
    "source": "where it came from",
    "note": "anything to remember (several columns)",
}
FIELDS = {"contacts": CONTACT_FIELDS, "deals": DEAL_FIELDS}
MANY = frozenset({"email", "phone", "link", "address", "street", "tags", "note", "answer"})
ADDRESS_PARTS = ("street", "city", "region", "postcode", "country")
# Several columns may say it, each row in one of them (`Won time`, `Lost time`): the first that is filled counts.
FIRST_FILLED = frozenset({"closed_on", "how"})
LABELLED = frozenset({"email", "phone", "link", "address", *ADDRESS_PARTS, "amount", "answer"})
_NAMING = {
    "contacts": ("name", "first_name", "last_name", "nickname", "company", "email", "phone", "link"),
    "deals": ("contact", "company", "email", "phone"),
}

# A heading is compared folded, without punctuation and digits, `e-mail` as one word. `fax=fax`: a word with its label.
_SHARED_WORDS = {
    "email": """email, email address, mail, mail address, emailadresse, email adresse, mailadresse, courriel,
        adresse email, adresse mail, adresse electronique, correo, correo electronico, posta elettronica,
        indirizzo email, emailadres, email adres, adres email, poczta, endereco de email, correio eletronico""",
    "phone": """phone, phone number, phone no, telephone, telephone number, tel, tel no, tel nr, tel number,
        contact number, telefon, telefonnummer, telefon nr, telefonnr, rufnummer, fon, numero de telephone,
        no de telephone, telefono, numero de telefono, numero di telefono, n telefono, telefoon, telefoonnummer,
        telefone, numero de telefone, numer telefonu, nr telefonu, nr tel, landline=home, festnetz=home, fixe=home,
        geschaftstelefon=work, mobile=mobile, mobile number=mobile, mobile no=mobile, cell=mobile, cellphone=mobile,
        cell number=mobile, cellular=mobile, mobil=mobile, handy=mobile, handynummer=mobile, handynr=mobile,
        mobiltelefon=mobile, mobilnummer=mobile, mobilfunk=mobile, portable=mobile, movil=mobile, celular=mobile,
        cellulare=mobile, mobiel=mobile, mobiel nummer=mobile, mobiele telefoon=mobile, gsm=mobile, komorka=mobile,
        telemovel=mobile, whatsapp=mobile, fax=fax, fax number=fax, faxnummer=fax, telefax=fax, faks=fax""",
    "company": """company, company name, organization, organisation, organization name, organisation name, business,
        business name, firm, employer, account, account name, firma, unternehmen, firmenname, betrieb, societe,
        entreprise, nom de l entreprise, raison sociale, empresa, nombre de la empresa, compania, azienda,
        ragione sociale, societa, ditta, bedrijf, bedrijfsnaam, nazwa firmy, przedsiebiorstwo, nome da empresa,
        organizzazione, organizacion, address company""",
    "source": """source, lead source, origin, found through, how did you hear about us, quelle, herkunft, origine,
        provenance, fuente, origen, fonte, provenienza, bron, herkomst, zrodlo, origem""",
    "note": """note, notes, comment, comments, remark, remarks, memo, description, notiz, notizen, bemerkung,
        bemerkungen, anmerkung, anmerkungen, kommentar, beschreibung, remarque, remarques, commentaire, commentaires,
        notas, nota, observaciones, comentarios, comentario, osservazioni, commenti, commento, opmerking, opmerkingen,
        notitie, notities, uwagi, notatka, notatki, komentarz, observacoes, descricao, descripcion""",
}
_CONTACT_WORDS = _SHARED_WORDS | {
    "name": """name, full name, contact, contact name, contact person, display name, customer, client, customer name,
        kunde, kundenname, ansprechpartner, vollstandiger name, vor und nachname, vorname und nachname, name vorname,
        nachname vorname, vorname nachname, nom, nom complet, nom et prenom, nom prenom, prenom nom, nombre,
        nombre completo, nombre y apellido, nombre y apellidos, nome, nome completo, nome e cognome, cognome e nome,
        nominativo, naam, volledige naam, contactpersoon, klant, imie i nazwisko, nazwisko i imie, klient, cliente""",
    "first_name": """first name, first, given name, forename, fname, vorname, rufname, prenom, nombre de pila,
        primer nombre, voornaam, imie, primeiro nome, nome proprio""",
    "middle_name": """middle name, middle, additional name, zweiter vorname, deuxieme prenom, segundo nombre,
        tussenvoegsel, drugie imie""",
    "last_name": """last name, last, surname, family name, lname, nachname, familienname, zuname, nom de famille,
        apellido, apellidos, primer apellido, cognome, achternaam, familienaam, nazwisko, sobrenome, apelido,
        ultimo nome""",
    "nickname": """nickname, nick, known as, alias, spitzname, surnom, apodo, soprannome, bijnaam, roepnaam,
        pseudonim, przydomek, alcunha""",
    "prefix": """prefix, name prefix, salutation, anrede, titel, civilite, tratamiento, saluto, aanhef, zwrot,
        tratamento, honorific""",
    "suffix": "suffix, name suffix, namenszusatz, sufijo, suffisso, achtervoegsel",
    "kind": "kind, type, art, typ, tipo, contact type, soort",
    "job_title": """job title, job, position, role, title, function, occupation, profession, organization title,
        beruf, funktion, stellung, berufsbezeichnung, poste, fonction, metier, cargo, puesto, profesion, ruolo,
        mansione, professione, qualifica, functie, beroep, stanowisko, funkcja, zawod, funcao, profissao""",
    "link": """url, link, website, web site, web page, webpage, web, homepage, site, site web, profile url, profile,
        webseite, internetseite, sitio web, pagina web, sito, sito web, strona, strona internetowa, strona www, www,
        linkedin=linkedin, linkedin url=linkedin, linkedin profile=linkedin, facebook=facebook, instagram=instagram,
        twitter=twitter, xing=xing""",
    "address": """address, full address, postal address, mailing address, location, adresse, anschrift, postanschrift,
        adresse postale, direccion, domicilio, indirizzo, adres, endereco, morada""",
    "street": """street, street address, address line, address street, strasse, strasse und hausnummer,
        strasse hausnummer, strasse nr, rue, calle, via, straat, straatnaam, ulica, rua""",
    "city": """city, town, city town, ort, stadt, wohnort, ville, localite, commune, ciudad, poblacion, localidad,
        citta, comune, localita, plaats, woonplaats, stad, miasto, miejscowosc, cidade, localidade""",
    "region": """state, region, province, state province, province code, state code, county, bundesland, kanton,
        departement, provincia, comunidad autonoma, estado, regione, provincie, wojewodztwo, distrito""",
    "postcode": """zip, zip code, zipcode, postal code, postcode, post code, zip postal code, plz, postleitzahl,
        code postal, codigo postal, cap, codice postale, kod pocztowy, kod, cep""",
    "country": "country, country region, country code, nation, land, pays, pais, paese, nazione, kraj",
    "source_detail": "source detail, source details, lead source detail, source description, campaign, herkunft detail",
    "referred_by": """referred by, referrer, referral, referral from, recommended by, introduced by, empfohlen von,
        empfehlung von, empfehlung, recommande par, parrain, parraine par, recomendado por, referido por,
        segnalato da, presentato da, aanbevolen door, doorverwezen door, polecony przez, polecil, polecajacy,
        indicado por, indicacao""",
    "tags": """tag, tags, label, labels, category, categories, group, groups, group membership, keywords, segment,
        segments, list, lists, schlagwort, schlagworte, schlagworter, kategorie, kategorien, gruppe, gruppen,
        etiquette, etiquettes, categorie, groupe, groupes, etiqueta, etiquetas, categoria, categorias,
        grupo, grupos, etichetta, etichette, categorieen, groep, groepen, etykieta, etykiety, kategoria, grupa, grupy,
        marcadores""",
    "rating": """rating, stars, importance, score, bewertung, sterne, wichtigkeit, evaluation, valoracion,
        valutazione, waardering, ocena, avaliacao""",
    "priority": "priority, prio, prioritat, priorite, prioridad, priorita, prioriteit, priorytet, prioridade",
    "birthday": """birthday, birth date, birthdate, date of birth, dob, bday, geburtstag, geburtsdatum, geb,
        anniversaire, date de naissance, naissance, cumpleanos, fecha de nacimiento, compleanno, data di nascita,
        verjaardag, geboortedatum, urodziny, data urodzenia, aniversario, data de nascimento""",
    "next": """next, next on, next day, next step, next date, next contact, next contact date, next call,
        next activity date, next action date, follow up, follow up date, follow up on, followup, due, due on,
        due date, reminder, reminder date, wiedervorlage, wv, nachster schritt, nachster termin, nachster kontakt,
        relance, prochaine etape, prochain contact, proximo paso, proximo contacto, seguimiento, prossimo passo,
        prossimo contatto, richiamo, volgende stap, opvolging, opvolgdatum, nastepny krok, nastepny kontakt,
        proximo passo, proximo contato""",
    "todo": """todo, to do, task, next action, what to do, aufgabe, zu tun, tache, a faire, prochaine action, tarea,
        por hacer, proxima accion, da fare, prossima azione, taak, te doen, volgende actie, zadanie, do zrobienia,
        tarefa, a fazer""",
    "off_list": """off list, do not contact, do not mail, unsubscribed, opted out, opt out, no contact, gesperrt,
        kontaktsperre, nicht kontaktieren, ne pas contacter, desabonne, no contactar, non contattare, niet benaderen,
        nie kontaktowac, nao contactar""",
    "created_on": """created, created on, created at, created date, create date, created time, creation date,
        date created, date added, added, added on, since, customer since, known since, connected on, seit, kunde seit,
        angelegt, angelegt am, erstellt, erstellt am, erfasst am, cree le, date de creation, client depuis, depuis,
        creado, fecha de creacion, alta, fecha de alta, cliente desde, desde, creato il, data creazione, cliente dal,
        dal, aangemaakt, aangemaakt op, klant sinds, sinds, utworzono, data utworzenia, od, data de criacao,
        criado em""",
}
_DEAL_WORDS = _SHARED_WORDS | {
    "deal_id": """id, deal id, opportunity id, order id, order number, order no, order, invoice number, invoice no,
        invoice, sale id, reference, auftragsnummer, rechnungsnummer, bestellnummer, numero de commande,
        numero de facture, numero de pedido, numero d ordine, ordernummer, factuurnummer, numer zamowienia,
        numer faktury""",
    "contact": _CONTACT_WORDS["name"]
    + ", buyer, person, sold to, kaufer, acheteur, comprador, acquirente, koper, kupujacy",
    "title": """title, deal, deal name, deal title, opportunity, opportunity name, project, project name, subject,
        what, item, titel, betreff, projekt, geschaft, verkaufschance, titre, affaire, projet, objet, titulo, negocio,
        proyecto, asunto, oportunidad, titolo, trattativa, progetto, oggetto, onderwerp, tytul, szansa, temat,
        projeto, oportunidade, assunto, product=, product name=, service=, produkt=, produit=, producto=, prodotto=,
        produto=, artikel=""",
    "amount": """amount, value, total, price, sum, deal value, deal size, revenue, close value, closed value, sales,
        betrag, summe, wert, umsatz, preis, gesamt, montant, valeur, prix, importe, valor, precio, monto, importo,
        valore, prezzo, totale, bedrag, waarde, prijs, omzet, totaal, kwota, wartosc, cena, montante, preco""",
    "currency": "currency, currency code, wahrung, devise, monnaie, moneda, divisa, valuta, waluta, moeda",
    "stage": """stage, deal stage, pipeline stage, sales stage, stage name, phase, step, stufe, verkaufsphase, etape,
        etapa, fase, etap, faza""",
    "outcome": """outcome, result, status, won lost, state, ergebnis, resultat, statut, estado, resultado, stato,
        esito, uitkomst, wynik""",
    "opened_on": """opened, opened on, open date, opened date, created, created on, created at, create date,
        created date, creation date, start, started, started on, start date, engage date, date, day, beginn,
        begonnen am, angelegt am, erstellt am, datum, eroffnet am, debut, date de creation, ouvert le, fecha,
        fecha de inicio, fecha de creacion, inicio, data, data inizio, data creazione, aperto il, aangemaakt op,
        begindatum, data utworzenia, poczatek, data de inicio, data de criacao""",
    "closed_on": """closed, closed on, closed at, close date, closed date, closing date, end date, won on, won date,
        won time, lost time, lost on, sale date, sold on, order date, paid on, paid at, abschluss, abgeschlossen am,
        abschlussdatum, verkauft am, cloture, date de cloture, cloture le, date de vente, cierre, fecha de cierre,
        cerrado, fecha de venta, chiusura, data chiusura, data di chiusura, chiuso il, data vendita, gesloten op,
        afsluitdatum, zamknieto, data zamkniecia, fechamento, data de fechamento, fechado em, data da venda""",
    "how": """how, why, reason, lost reason, won reason, loss reason, closed lost reason, closed won reason,
        reason lost, reason won, grund, abschlussgrund, verlustgrund, raison, motif, motivo, reden, powod""",
    "process": "process, pipeline, sales process, prozess, verkaufsprozess, processus, proceso, processo, proces",
}
_LABEL_WORDS = {
    "work": """work, business, office, company, professional, geschaftlich, dienstlich, firma, arbeit, buro, bureau,
        travail, professionnel, pro, trabajo, oficina, empresa, lavoro, ufficio, aziendale, werk, zakelijk, kantoor,
        praca, sluzbowy, firmowy, trabalho, comercial""",
    "home": """home, private, personal, privat, zuhause, domicile, personnel, prive, casa, particular, personale,
        privato, thuis, dom, domowy, prywatny, pessoal, residencial""",
    "mobile": """mobile, cell, cellular, handy, mobil, portable, movil, celular, cellulare, mobiel, komorkowy,
        komorka, telemovel""",
    "fax": "fax, telefax, faks",
    "main": "main, primary, principal, haupt, hauptsitz, principale, hoofd, glowny",
    "other": """other, secondary, alternative, sonstige, andere, weitere, autre, otro, otra, altro, altra, overig,
        ander, inny, outro""",
    "billing": "billing, invoice, rechnung, facturation, facturacion, fatturazione, factuur",
    "shipping": "shipping, delivery, lieferung, livraison, envio, spedizione, verzending",
}
# Whom a heading is of: `Customer Phone`, `Deal - Title`, `Kunde E-Mail`.
_ENTITIES = re.compile(
    "person|contact|customer|client|buyer|lead|prospect|deal|opportunity|default|mailing|address|your|primary|main|associated"
    "|kunden?|kontakt|cliente|klant|klient|contacto|contatto|contato"
)
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN"}
# Names of those who sell, not of whom it is sold to.
_SELLERS = frozenset(
    {"owner", "agent", "rep", "seller", "salesperson", "user", "manager", "assistant", "by", "modified"}
)
_HONORIFICS = "mr|mrs|ms|miss|mx|dr|prof|herr|frau|m|mme|mlle|sr|sra|srta|sig|dott|dhr|mevr|pan|pani"
_KINDS = (
    "person|people|individual|human|persona|personne|persoon|osoba|company|firm|business|organi[sz]ation|firma|unternehmen"
    "|entreprise|empresa|azienda|bedrijf|walk-in"
)
_PRIORITIES = (
    "[abc123]|high|medium|low|hoch|mittel|niedrig|haute|moyenne|basse|alta|media|baja|bassa|hoog|gemiddeld|laag"
    "|wysoki|niski"
)
_ISO_CODES = r"\b(?:AUD|BRL|CAD|CHF|CZK|DKK|EUR|GBP|HUF|ILS|INR|JPY|MXN|NOK|NZD|PLN|SEK|USD|ZAR)\b"


class Target(NamedTuple):
    """A field of CONTACT_FIELDS or DEAL_FIELDS and the label of its point; weak: only where nothing else claims it."""

    field: str
    label: str | None = None
    weak: bool = False


@dataclass(frozen=True)
class Headings:
    """What the columns of a file are; a column is its place, counted from 0.

    labels: of a point (work, home, mobile), the currency of an amount, the name of the question an answer is to.
    """

    header: tuple[str, ...]
    kind: str
    fields: Mapping[int, str]
    labels: Mapping[int, str]
    questions: tuple[str, ...] = ()
    blank: frozenset[int] = field(default=frozenset())

    @property
    def unread(self) -> list[str]:
        """The columns that mean nothing here, in the file's own words; columns without heading and values left out."""
        places = (place for place in range(len(self.header)) if place not in self.fields and place not in self.blank)
        return [self.header[place] or f"column {place + 1}" for place in places]

    def columns(self, name: str) -> list[int]:
        """The columns of a field, from the left."""
        return sorted(place for place, found in self.fields.items() if found == name)

    def names_someone(self) -> bool:
        """Whether a row can say whom it is about."""
        return not set(_NAMING[self.kind]).isdisjoint(self.fields.values())


@cache
def _vocabulary(kind: str) -> dict[str, Target]:
    words = {name.replace("_", " "): Target(name) for name in FIELDS[kind] if name != "answer"}
    for name, listed in (_CONTACT_WORDS if kind == "contacts" else _DEAL_WORDS).items():
        for entry in listed.split(","):
            word, marked, label = entry.partition("=")
            words.setdefault(" ".join(word.split()), Target(name, label or None, bool(marked and not label)))
    return words


@cache
def _label_words() -> dict[str, str]:
    return {word.strip(): label for label, listed in _LABEL_WORDS.items() for word in listed.split(",")}


def _words(heading: str) -> list[str]:
    return re.sub(r"\be mail", "email", " ".join(re.sub(r"[\W\d_]+", " ", fold(heading)).split())).split()


def _target(heading: str, vocabulary: Mapping[str, Target]) -> Target | None:
    """What a heading means: as it stands, without its label (`Work Phone 2`), without whom it is of (`Kunde: Ort`)."""
    for spelled in dict.fromkeys((heading, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))):
        words = _words(spelled)
        allowed: Iterable[str] | None = None
        while words:
            found = vocabulary.get(" ".join(words)) or _labelled(words, vocabulary)
            if found and (allowed is None or found.field in allowed):
                return found
            if words[0] == "address":
                allowed = (*ADDRESS_PARTS, "company", "phone")
            words = words[1:] if _ENTITIES.fullmatch(words[0]) else []
    return None


def _labelled(words: Sequence[str], vocabulary: Mapping[str, Target]) -> Target | None:
    said = {_label_words()[word] for word in words if word in _label_words()}
    rest = [word for word in words if word not in _label_words() and word not in ("value", "formatted")]
    # What kind of line it is says more than whose: a fax at home is a fax.
    label = next((name for name in ("fax", "mobile", *_LABEL_WORDS) if name in said), None)
    if not rest:
        return Target("phone", label) if label in ("fax", "mobile") else None
    found = vocabulary.get(" ".join(rest))
    if found is None or (said and found.field not in LABELLED):
        return None
    return found if label is None or found.label in ("fax", "mobile") else found._replace(label=label)


def _amount(heading: str, vocabulary: Mapping[str, Target]) -> Target | None:
    """`Amount (EUR)`, `Betrag in €`: an amount with its currency."""
    if not (code := re.search(_ISO_CODES + "|[€$£¥]|zł", heading)):
        return None
    words = _words(heading.replace(code[0], " "))
    found = vocabulary.get(" ".join(word for word in words if word != "in"))
    return Target("amount", _CURRENCIES.get(code[0], code[0])) if found and found.field == "amount" else None


@lru_cache(2048)
def is_heading(cell: str) -> bool:
    """Whether some file of contacts or deals would have it as a heading."""
    return any(_amount(cell, _vocabulary(kind)) or _target(cell, _vocabulary(kind)) for kind in FIELDS)


def recognise(
    header: Sequence[str],
    sample: Sequence[Sequence[str]] = (),
    kind: str = "contacts",
    questions: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
) -> Headings:
    """The fields of `kind` ("contacts", "deals") that the columns hold; sample rows settle what words leave open.

    A heading equal to one of `questions` is an answer to it. `words` are the headings of one known format, asked
    first: heading -> "field", "field:label", or "" where it is not to be read; numbers in a heading do not count.
    """
    vocabulary = _vocabulary(kind)
    asked = {" ".join(_words(question)): question for question in questions} if kind == "contacts" else {}
    own = {" ".join(_words(heading)): text for heading, text in (words or {}).items()}
    claims: dict[int, Target] = {}
    for place, heading in enumerate(header):
        key = " ".join(_words(heading))
        if key in own:
            name, _, label = own[key].partition(":")
            found = Target(name, label or None) if name else None
        elif key in asked:
            found = Target("answer", asked[key])
        else:
            found = _amount(heading, vocabulary) if kind == "deals" else None
            found = found or _target(heading, vocabulary)
        if found:
            claims[place] = found
    cells = {place: _values(sample, place) for place in range(len(header))}
    for settle in (_settle_names, _settle_titles, _settle_steps, _settle_addresses, _settle_doubts, _settle_doubles):
        settle(claims, header, cells)
    unnamed = [place for place, heading in enumerate(header) if not _words(heading) or _words(heading) == ["column"]]
    _guess(claims, unnamed, cells, kind)
    if not any(found.field in _NAMING[kind] for found in claims.values()):
        others = [place for place, heading in enumerate(header) if not _SELLERS.intersection(_words(heading))]
        _guess(claims, others, cells, kind)
    return _headings(tuple(header), kind, claims, tuple(questions), cells)


def _headings(
    header: tuple[str, ...], kind: str, claims: Mapping[int, Target], questions: tuple[str, ...], cells: Cells
) -> Headings:
    fields = {place: claims[place].field for place in sorted(claims)}
    labels = {place: found.label for place, found in sorted(claims.items()) if found.label}
    blank = frozenset(place for place, heading in enumerate(header) if not heading.strip() and not cells[place])
    return Headings(header, kind, fields, labels, questions, blank)


Cells = Mapping[int, Sequence[str]]


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in sample if place < len(row) and row[place].strip()]


def _first(claims: Mapping[int, Target], name: str) -> int | None:
    return next((place for place, found in claims.items() if found.field == name), None)


def _settle_names(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Vorname, Name` and `Nombre, Apellidos`: beside one half of a name, `name` is the other, unless it has both."""
    name, first, last = (_first(claims, wanted) for wanted in ("name", "first_name", "last_name"))
    half = last if first is None else first
    if name is None or half is None or (first is not None and last is not None) or len(_words(header[name])) != 1:
        return
    halves = [fold(value) for value in cells[half]]
    if not any(value in fold(whole) for value in halves for whole in cells[name]):
        claims[name] = Target("last_name" if last is None else "first_name")


def _settle_titles(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Title` is `Ms` in one address book, `Buyer` in another; the `Name` of a deal beside its contact is its title."""
    for place, found in list(claims.items()):
        rival = next((other for other, claim in claims.items() if other != place and claim.field == found.field), None)
        worn = [value for value in cells[place] if re.fullmatch(_HONORIFICS, fold(value).rstrip("."))]
        if found.field == "job_title" and _words(header[place]) == ["title"] and (rival is not None or worn):
            claims[place] = Target("prefix")
        if found.field == "contact" and _words(header[place]) == ["name"] and rival is not None:
            claims[place] = Target("title")


def _settle_steps(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Next step` is a day in one sheet and words in another."""
    place = _first(claims, "next")
    if place is None or _first(claims, "todo") is not None or not cells[place]:
        return
    if not any(re.search(r"\d", value) or " " not in value for value in cells[place]):
        claims[place] = Target("todo")


def _settle_addresses(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """`Address` beside a town of the same label, and no street, is the street."""
    towns = {found.label for found in claims.values() if found.field in ("city", "postcode")}
    towns -= {found.label for found in claims.values() if found.field == "street"}
    for place, found in claims.items():
        if found.field == "address" and found.label in towns and "location" not in _words(header[place]):
            claims[place] = found._replace(field="street")


def _settle_doubts(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """A priority `Normal`, a rating `hot`, a type `EX` are something else under a heading of ours."""
    likely = {
        "priority": _PRIORITIES,
        "rating": r"[0-5](?:[.,]0)?(?: ?/ ?5)?|[*★☆]{1,5}",
        "kind": _KINDS,
    }
    for place, found in list(claims.items()):
        pattern = likely.get(found.field)
        if pattern and cells[place] and not any(re.fullmatch(pattern, fold(value)) for value in cells[place]):
            del claims[place]


def _settle_doubles(claims: dict[int, Target], header: Sequence[str], cells: Cells) -> None:
    """One column a field where it has one value: with values before without, sure before weak, left before right."""
    best: dict[tuple[str, str | None], int] = {}
    for place in sorted(claims, key=lambda place: (claims[place].weak, not cells[place], place)):
        found = claims[place]
        if (
            found.field not in MANY | FIRST_FILLED
            and best.setdefault(_holder(found.field, found.label), place) != place
        ):
            del claims[place]


def _holder(name: str, label: str | None) -> tuple[str, str | None]:
    # A home and a work address have a town each; an amount in EUR and one in USD are still two amounts of one deal.
    return name, label if name in ADDRESS_PARTS else None


def _guess(claims: dict[int, Target], places: Sequence[int], cells: Cells, kind: str) -> None:
    """Columns by what is in them: e-mails, links, phone numbers, then the first that has names."""
    places = [place for place in places if place not in claims and cells[place]]
    for place in places:
        for name, looks in (("email", looks_like_email), ("link", looks_like_link), ("phone", looks_like_phone)):
            if name in FIELDS[kind] and sum(map(looks, cells[place])) * 2 > len(cells[place]):
                claims[place] = Target(name)
                break
    whole = "name" if kind == "contacts" else "contact"
    if {whole, "first_name", "last_name"} & {found.field for found in claims.values()}:
        return
    texts = [place for place in places if place not in claims and _like_names(cells[place])]
    if texts:
        several = [place for place in texts if sum(" " in value for value in cells[place]) * 2 > len(cells[place])]
        claims[(several or texts)[0]] = Target(whole)


def _like_names(values: Sequence[str]) -> bool:
    named = (len(value) <= 60 and any(map(str.isalpha, value)) and not re.search(r"\d", value) for value in values)
    return sum(named) * 2 > len(values)


def apply_map(headings: Headings, maps: Iterable[str]) -> Headings:
    """The headings with what was said by hand: `COLUMN=field`, `COLUMN=field:label`, `COLUMN=` for not read.

    A column is named as in the file, in any case, or as `column 3`. Whatever had the field before loses it, where a
    field has one value.
    """
    fields, labels = dict(headings.fields), dict(headings.labels)
    for text in maps:
        column, _, target = text.rpartition("=")
        name, _, label = (part.strip() for part in target.partition(":"))
        if not column.strip():
            raise Refused(f'"{text}" maps nothing; write COLUMN=FIELD, like "{headings.header[0]}=name"')
        places = _places(headings, column)
        if name and name not in FIELDS[headings.kind]:
            raise Refused(f'there is no field "{name}"; there are {", ".join(FIELDS[headings.kind])}')
        if label and name not in LABELLED:
            takers = ", ".join(sorted(LABELLED & set(FIELDS[headings.kind])))
            raise Refused(f'"{text}": {name} takes no label; these do: {takers}')
        if name == "answer":
            label = _question(headings, label)
        if name and name not in MANY:
            places = places[:1]
            wanted = _holder(name, label or None)
            for rival in [place for place in fields if _holder(fields[place], labels.get(place)) == wanted]:
                del fields[rival]
                labels.pop(rival, None)
        for place in places:
            fields.pop(place, None)
            labels.pop(place, None)
            if name:
                fields[place] = name
            if name and label:
                labels[place] = label
    return replace(headings, fields=dict(sorted(fields.items())), labels=dict(sorted(labels.items())))


def _places(headings: Headings, column: str) -> list[int]:
    wanted = fold(column)
    places = [place for place, heading in enumerate(headings.header) if fold(heading) == wanted and wanted]
    exact = [place for place in places if headings.header[place].strip() == column.strip()]
    number = re.fullmatch(r"column (\d{1,3})", wanted)
    if not places and number and 0 < int(number[1]) <= len(headings.header):
        places = [int(number[1]) - 1]
    if not places:
        near = nearest(wanted, [(fold(heading), heading) for heading in headings.header if heading])
        listed = ", ".join(f'"{heading}"' for heading in near or headings.header[:12])
        raise Refused(f'there is no column "{column}"; {"the nearest is" if near else "there are"} {listed}')
    return exact or places


def _question(headings: Headings, label: str) -> str:
    for question in headings.questions:
        if fold(question) == fold(label):
            return question
    listed = ", ".join(headings.questions) or "no questions yet"
    raise Refused(f'answer needs its question, like answer:money; "{label}" is none of these: {listed}')
