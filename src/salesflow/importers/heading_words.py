"""The words that head the columns of files, in eight languages, and the fields they stand for."""

from __future__ import annotations

import re
from functools import cache

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
    "off_list_if_new": "yes: off the list, if new and known by nothing but an e-mail",
    "created_on": "day since when you know them",
    "id": "their id in a shop or a CRM (several columns; id:shopify says whose)",
    "merged_into": "the id of the one they were made one with there (merged_into:salesforce)",
    "consent": "yes or no: may you write or call (consent:email, phone, sms, post)",
    "opt_out": "the other way round: yes, they want no more of it (opt_out:email)",
    "subscribed": "yes or no, and a no may yet become a yes (subscribed:email)",
    "consent_on": "day they said so (consent_on:email)",
    "evidence": "how you know (evidence:email; several columns)",
    "extra": "keep it under its own heading (several columns)",
}
DEAL_FIELDS = {
    "deal_id": "the id it has in the file, by which it is known again",
    "contact": "name of the person it is sold to",
    "email": "e-mail address of that person",
    "phone": "phone number of that person",
    "contact_id": "that person's id in a shop or a CRM (contact_id:shopify says whose)",
    "street": "street and number of that person (several columns)",
    "city": "their town",
    "region": "their state or province",
    "postcode": "their ZIP or postal code",
    "country": "their country",
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
MANY = frozenset(
    {"email", "phone", "link", "address", "street", "tags", "note", "answer", "id", "evidence", "extra", "contact_id",
     "handled"}
)  # fmt: skip
ADDRESS_PARTS = ("street", "city", "region", "postcode", "country")
# Several columns may say it, each row in one of them (`Won time`, `Lost time`): the first that is filled counts.
FIRST_FILLED = frozenset({"closed_on", "how"})
# Heads the last column of a file of refused rows; it is not read.
REASON = "refused because"
CHANNELS = ("email", "phone", "sms", "post")
# No heading means these by its name alone: an `ID` may count the rows of this very file.
# Not a field to map to: a format reads such a column by rules of its own.
HANDLED = "handled"
SYSTEMS = frozenset({"id", "merged_into", "contact_id"})  # whose label is the system that gave the id
BY_CHANNEL = ("consent", "opt_out", "subscribed", "consent_on", "evidence")
UNSPOKEN = frozenset({"answer", "extra", "off_list_if_new", *BY_CHANNEL}) | SYSTEMS
# The town of a deal may be the seller's own: formats say whose.
UNSPOKEN_OF = {"contacts": UNSPOKEN, "deals": UNSPOKEN | set(ADDRESS_PARTS)}
LABELLED = frozenset(
    {"email", "phone", "link", "address", *ADDRESS_PARTS, "amount", "answer", "extra", *SYSTEMS, *BY_CHANNEL}
)
NAMING = {
    "contacts": ("name", "first_name", "last_name", "nickname", "company", "email", "phone", "link"),
    "deals": ("contact", "company", "email", "phone", "contact_id"),
}

# A heading is compared folded, without punctuation and digits, `e-mail` as one word. `fax=fax`: a word with its label.
SHARED_WORDS = {
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
        organizzazione, organizacion, organizacao, organizace, address company""",
    "source": """source, lead source, origin, found through, how did you hear about us, quelle, herkunft, origine,
        provenance, fuente, origen, fonte, provenienza, bron, herkomst, zrodlo, origem""",
    "note": """note, notes, comment, comments, remark, remarks, memo, description, notiz, notizen, bemerkung,
        bemerkungen, anmerkung, anmerkungen, kommentar, beschreibung, remarque, remarques, commentaire, commentaires,
        notas, nota, observaciones, comentarios, comentario, osservazioni, commenti, commento, opmerking, opmerkingen,
        notitie, notities, uwagi, notatka, notatki, komentarz, observacoes, descricao, descripcion""",
}
CONTACT_WORDS = SHARED_WORDS | {
    "name": """name, full name, contact, contact name, contact person, display name, customer, client, customer name,
        kunde, kundenname, ansprechpartner, vollstandiger name, vor und nachname, vorname und nachname, name vorname,
        nachname vorname, vorname nachname, nom, nom complet, nom et prenom, nom prenom, prenom nom, nombre,
        nombre completo, nombre y apellido, nombre y apellidos, nome, nome completo, nome e cognome, cognome e nome,
        nominativo, naam, volledige naam, contactpersoon, klant, imie i nazwisko, nazwisko i imie, klient, cliente,
        names, contacts, customers, clients, people, persons, namen, kunden, kontakte, personen, noms, contactos,
        clientes, nombres, nomi, clienti, contatti, klanten, contacten, klienci, kontakty""",
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
    "off_list": """off list, do not contact, no contact, gesperrt, kontaktsperre, nicht kontaktieren, ne pas contacter,
        no contactar, non contattare, niet benaderen, nie kontaktowac, nao contactar""",
    "opt_out": """do not mail=email, do not email=email, unsubscribed=email, opted out=email, opt out=email,
        email opt out=email, has opted out of email=email, abgemeldet=email, newsletter abgemeldet=email,
        desabonne=email, dado de baja=email, disiscritto=email, afgemeld=email, wypisany=email, descadastrado=email,
        do not call=phone, nicht anrufen=phone, ne pas appeler=phone, no llamar=phone, non chiamare=phone,
        niet bellen=phone, nie dzwonic=phone, nao ligar=phone""",
    "consent": """email consent=email, email permission=email, newsletter=email, newsletter consent=email,
        accepts marketing=email, accepts email marketing=email, marketing consent=email, subscribed=email,
        email marketing=email, opted in=email, opt in=email, werbung erlaubt=email, werbeeinwilligung=email,
        accepts sms marketing=sms, sms consent=sms, sms opt in=sms""",
    "created_on": """created, created on, created at, created date, create date, created time, creation date,
        date created, date added, added, added on, since, customer since, known since, connected on, seit, kunde seit,
        angelegt, angelegt am, erstellt, erstellt am, erfasst am, cree le, date de creation, client depuis, depuis,
        creado, fecha de creacion, alta, fecha de alta, cliente desde, desde, creato il, data creazione, cliente dal,
        dal, aangemaakt, aangemaakt op, klant sinds, sinds, utworzono, data utworzenia, od, data de criacao,
        criado em""",
}
DEAL_WORDS = SHARED_WORDS | {
    "deal_id": """id, deal id, opportunity id, order id, order number, order no, order, invoice number, invoice no,
        invoice, sale id, reference, auftragsnummer, rechnungsnummer, bestellnummer, numero de commande,
        numero de facture, numero de pedido, numero d ordine, ordernummer, factuurnummer, numer zamowienia,
        numer faktury""",
    "contact": CONTACT_WORDS["name"]
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
LABEL_WORDS = {
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
        ander, inny, outro, autres, otros, outros, altri""",
    "billing": "billing, invoice, rechnung, facturation, facturacion, fatturazione, factuur",
    "shipping": "shipping, delivery, lieferung, livraison, envio, spedizione, verzending",
}
# Whom a heading is of: `Customer Phone`, `Deal - Title`, `Kunde E-Mail`.
ENTITIES = re.compile(
    "person|contact|customer|client|buyer|lead|prospect|deal|opportunity|default|mailing|address|your|primary|main|associated"
    "|kunden?|kontakt|cliente|klant|klient|contacto|contatto|contato"
    "|personne|persona|pessoa|persoon|osoba|affaire|trato|negocio|affare|obchod"
)
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN"}
# Names of those who sell, not of whom it is sold to.
SELLERS = frozenset(
    {"owner", "agent", "rep", "seller", "salesperson", "user", "manager", "assistant", "by", "modified"}
)
HONORIFICS = "mr|mrs|ms|miss|mx|dr|prof|herr|frau|m|mme|mlle|sr|sra|srta|sig|dott|dhr|mevr|pan|pani"
KINDS = (
    "person|people|individual|human|persona|personne|persoon|osoba|company|firm|business|organi[sz]ation|firma|unternehmen"
    "|entreprise|empresa|azienda|bedrijf|walk-in"
)
PRIORITIES = (
    "[abc123]|high|medium|low|hoch|mittel|niedrig|haute|moyenne|basse|alta|media|baja|bassa|hoog|gemiddeld|laag"
    "|wysoki|niski"
)
ISO_CODES = r"\b(?:AUD|BRL|CAD|CHF|CZK|DKK|EUR|GBP|HUF|ILS|INR|JPY|MXN|NOK|NZD|PLN|SEK|USD|ZAR)\b"


@cache
def label_words() -> dict[str, str]:
    return {word.strip(): label for label, listed in LABEL_WORDS.items() for word in listed.split(",")}
