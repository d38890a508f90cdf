"""The columns of Outlook's exports in eight languages: the field each is, and its headings, with `|` between.

English, German, French, Spanish, Italian, Dutch, Polish, Portuguese (Brazil and Portugal). Numbers do not count, so
`Business Street 2` is `Business Street`.
"""

from __future__ import annotations

WORDS = {
    "prefix": "Title|Anrede|Titolo|Titel|Tytuł|Tratamento|Título",
    "prefix|job_title": "Titre",
    "first_name": "First Name|Vorname|Prénom|Nombre|Nome|Voornaam|Imię|Primeiro nome",
    "middle_name": """Middle Name|Weitere Vornamen|Deuxième prénom|Segundo nombre|Secondo nome|Middelste naam
        |Drugie imię|Segundo nome|Outros nomes/apelidos""",
    "last_name": "Last Name|Nachname|Nom|Apellidos|Cognome|Achternaam|Nazwisko|Sobrenome|Apelido",
    "suffix": "Suffix|Suffixe|Sufijo|Titolo straniero|Achtervoegsel|Sufiks|Sufixo",
    "nickname": "Nickname|Spitzname|Surnom|Sobrenombre|Soprannome|Bijnaam|Pseudonim|Apelido (alcunha)|Alcunha",
    "company": "Company|Firma|Société|Organización|Compañía|Società|Bedrijf|Empresa",
    "job_title": "Job Title|Position|Puesto|Cargo|Posizione|Functie|Stanowisko|Fonction",
    "street:work": """Business Street|Business Address PO Box|Straße geschäftlich|Postfach geschäftlich|Rue (bureau)
        |B.P. professionnelle|Calle del trabajo|Apartado postal de la dirección del trabajo|Via (uff.)
        |Indirizzo (uff.) - Casella postale|Werkadres, straat|Werkadres, postbusnummer|Adres służbowy - ulica
        |Służbowa skrzynka pocztowa|Rua do endereço comercial|Endereço comercial|Caixa postal do endereço comercial
        |Rua da empresa|Apartado da empresa|Business PO Box""",
    "city:work": """Business City|Ort geschäftlich|Ville (bureau)|Ciudad de trabajo|Ciudad del trabajo|Città (uff.)
        |Werkadres, plaats|Adres służbowy - miejscowość|Cidade do endereço comercial|Localidade da empresa""",
    "region:work": """Business State|Region geschäftlich|Bundesland/Kanton geschäftlich|Dép/Région (bureau)
        |Provincia o estado de trabajo|Provincia o estado del trabajo|Provincia (uff.)|Werkadres, provincie
        |Adres służbowy - województwo|Estado do endereço comercial|Distrito da empresa""",
    "postcode:work": """Business Postal Code|Postleitzahl geschäftlich|Code postal (bureau)|Código postal del trabajo
        |CAP (uff.)|Werkadres, postcode|Adres służbowy - kod pocztowy|CEP do endereço comercial
        |Código postal da empresa""",
    "country:work": """Business Country/Region|Business Country|Land/Region geschäftlich|Land geschäftlich
        |Pays/Région (bureau)|Pays (bureau)|País o región del trabajo|País del trabajo|Paese (uff.)
        |Paese/area geografica (uff.)|Land/regio (werk)|Adres służbowy - kraj|Adres służbowy - kraj/region
        |País/Região da Empresa|País/Região do endereço comercial""",
    "street:home": """Home Street|Home Address PO Box|Straße privat|Postfach privat|Rue (domicile)
        |Boîte postale du domicile|Calle del domicilio|Calle particular|Apartado postal de la dirección personal
        |Via (ab.)|Indirizzo (ab.) - Casella postale|Huisadres, straat|Huisadres, postbusnummer|Adres domowy - ulica
        |Domowa skrzynka pocztowa|Endereço residencial|Rua do endereço residencial
        |Caixa postal do endereço residencial|Rua da residência|Apartado da residência|Home PO Box""",
    "city:home": """Home City|Ort privat|Ville (domicile)|Ciudad del domicilio|Ciudad de residencia|Città (ab.)
        |Huisadres, plaats|Adres domowy - miejscowość|Cidade do endereço residencial|Localidade da residência""",
    "region:home": """Home State|Bundesland/Kanton privat|Region privat|Dép/Région (domicile)
        |Provincia o estado del domicilio|Estado o provincia del domicilio|Provincia (ab.)|Huisadres, provincie
        |Adres domowy - województwo|Estado do endereço residencial|Distrito da residência|Estado""",
    "postcode:home": """Home Postal Code|Postleitzahl privat|Code postal (domicile)|Código postal del domicilio
        |CAP (ab.)|Huisadres, postcode|Adres domowy - kod pocztowy|CEP do endereço residencial
        |Código postal da residência""",
    "country:home": """Home Country/Region|Home Country|Land/Region privat|Land privat|Pays/Région (domicile)
        |Pays (domicile)|País o región del domicilio|País del domicilio|Paese (ab.)|Paese/area geografica (ab.)
        |Land/regio (thuis)|Adres domowy - kraj|Adres domowy - kraj/region|País/Região de Residência
        |País da Residência/Região""",
    "street:other": """Other Street|Other Address PO Box|Weitere Straße|Weiteres Postfach|Rue (autre)
        |Autre boîte postale|Otra calle|Otro apartado postal|Altra via|Altro indirizzo - Casella postale
        |Ander adres, straat|Ander adres, postbusnummer|Inny adres - ulica|Inna skrzynka pocztowa|Outro endereço
        |Outra rua|Caixa postal de outro endereço|Rua do outro endereço|Apartado do outro endereço|Other PO Box""",
    "city:other": """Other City|Weiterer Ort|Ville (autre)|Otra ciudad|Altra città|Ander adres, plaats
        |Inny adres - miejscowość|Cidade|Outra cidade|Localidade do outro endereço""",
    "region:other": """Other State|Weiteres/r Bundesland/Kanton|Dép/Région (autre)|Otra provincia o estado
        |Altra provincia|Ander adres, provincie|Inny adres - województwo|Outro Estado|Distrito do outro endereço""",
    "postcode:other": """Other Postal Code|Weitere Postleitzahl|Code postal (autre)|Otro código postal|Altro CAP
        |Ander adres, postcode|Inny adres - kod pocztowy|CEP|Outro CEP|Código postal do outro endereço""",
    "country:other": """Other Country/Region|Other Country|Weiteres/e Land/Region|Pays/Région (autre)|Pays (autre)
        |Otro país o región|Altro paese|Altro paese/area geografica|Land/regio (anders)|Inny adres - kraj
        |Inny adres - kraj/region|Outro País/Região""",
    "phone:work": """Business Phone|Telefon geschäftlich|Téléphone (bureau)|Téléphone 2 (bureau)|Teléfono del trabajo
        |Ufficio|Telefono (uff.)|Telefoon op werk|Telefon służbowy|Telefone comercial|Telefone da empresa
        |2º telefone da empresa""",
    "phone:home": """Home Phone|Telefon privat|Téléphone (domicile)|Téléphone 2 (domicile)|Particular
        |Teléfono particular|Abitazione|Telefono (ab.)|Telefoon thuis|Telefon domowy|Telefone residencial
        |Telefone da residência|2º telefone da residência""",
    "phone:mobile": """Mobile Phone|Mobiltelefon|Tél. mobile|Teléfono móvil|Móvil|Cellulare|Mobiele telefoon
        |Telefon komórkowy|Telefone celular|Celular|Telemóvel""",
    "phone:fax": """Business Fax|Home Fax|Other Fax|Fax geschäftlich|Fax privat|Weiteres Fax|Télécopie (bureau)
        |Télécopie (domicile)|Télécopie (autre)|Fax del trabajo|Fax particular|Fax del domicilio|Otro fax|Fax (uff.)
        |Fax (ab.)|Altro fax|Fax op werk|Fax thuis|Andere fax|Faks służbowy|Faks domowy|Inny faks|Fax comercial
        |Fax residencial|Outro fax|Fax da empresa|Fax da residência""",
    "phone:company": """Company Main Phone|Telefon Firma|Téléphone société|Número de centralita de la organización
        |Telefono principale società|Hoofdtelefoon bedrijf|Główny telefon do firmy|Telefone principal da empresa""",
    "phone:main": """Primary Phone|Haupttelefon|Téléphone principal|Teléfono principal|Telefono principale
        |Hoofdtelefoon|Telefon podstawowy|Telefone principal""",
    "phone:other": """Other Phone|Weiteres Telefon|Téléphone (autre)|Otro teléfono|Altro telefono|Andere telefoon
        |Inny telefon|Outro telefone""",
    "phone:car": """Car Phone|Autotelefon|Téléphone (voiture)|Teléfono del automóvil|Telefono auto|Autotelefoon
        |Telefon w samochodzie|Telefone do carro""",
    "phone:pager": """Pager|Récepteur de radiomessagerie|Localizador|Buscapersonas|Cercapersone""",
    "phone:callback": """Callback|Rückmeldung|Rappel|Devolución de llamada|Richiamata automatica|Terugbellen
        |Wywołanie zwrotne|Retorno de chamada|Tel. de resposta""",
    "phone:radio": """Radio Phone|Radio téléphone|Radioteléfono|Radiotelefono|Radiotelefoon|Radiotelefon|Radiofone
        |Radiotelefone""",
    "phone:isdn": "ISDN|RNIS|RDIS",
    "phone:tty": """TTY/TDD Phone|Telefon für Hörbehinderte|Téléphone TDD/TTY|Número de teletipo|Telefono TTY/TDD
        |Teksttelefoon|Telefon TTY/TDD|Telefone TTY/TDD""",
    "email": """E-mail Address|E-Mail-Adresse|E-Mail 2: Adresse|Adresse de messagerie|Adresse de courrier
        |Dirección de correo electrónico|Dirección del correo electrónico|Indirizzo posta elettronica|E-mailadres
        |Adres e-mail|Endereço de email|Endereço do correio electrónico|Endereço de correio electrónico
        |Endereço de correio eletrónico""",
    "link": """Web Page|Personal Web Page|Business Home Page|Webseite|Page Web|Página web|Pagina Web|Webpagina
        |Strona sieci Web|Página da Web|Página na Web""",
    "birthday": """Birthday|Geburtstag|Anniversaire|Cumpleaños|Compleanno|Verjaardag|Urodziny|Aniversário
        |Data de nascimento""",
    "tags": """Categories|Keywords|Kategorien|Stichwörter|Catégories|Mots clés|Categorías|Palabras clave|Categorie
        |Parole chiave|Categorieën|Categorien|Trefwoorden|Kategorie|Słowa kluczowe|Categorias|Palavras-chave""",
    "referred_by": """Referred By|Empfohlen von|Recommandé par|Référent|Referido por|Presentato da|Referentie van
        |Osoba polecająca|Indicado por|Referenciado por|Referência""",
    "note": "Notes|Notizen|Notas|Note|Notities|Notatki|Anotações",
    "extra": """Department|Abteilung|Service|Departamento|Reparto|Afdeling|Dział|Office Location|Büro|Bureau
        |Ubicación de la oficina|Ubicazione ufficio|Kantoorlocatie|Lokalizacja biura|Sala|Gabinete|Location|Ort
        |Emplacement|Ubicación|Luogo|Locatie|Lokalizacja|Local|Localização|Spouse|Spouse/Partner|Partner|Conjoint(e)
        |Cónyuge|Nome coniuge|Nome coniuge/partner|Współmałżonek|Cônjuge|Children|Kinder|Enfants|Hijos|Figli|Kinderen
        |Dzieci|Filhos|Anniversary|Jahrestag|Anniversaire de mariage ou fête|Anniversario|Speciale datum
        |Rocznica|Datas especiais|Profession|Beruf|Profesión|Professione|Beroep|Zawód|Profissão|Hobby|Passe-temps
        |Aficiones|Hobby's|Passatempo|Manager's Name|Name des/der Vorgesetzten|Responsable|Nombre del director
        |Nome manager|Naam manager|Menedżer|Nome do gerenciador|Nome do gestor|Assistant's Name|Name Assistent
        |Nom de l'assistant(e)|Nombre del ayudante|Nome assistente|Naam assistent|Imię i nazwisko asystenta
        |Nome do assistente|Assistant's Phone|Telefon Assistent|Téléphone de l'assistant(e)|Teléfono del ayudante
        |Telefono assistente|Telefoon assistent|Telefon asystenta|Telefone do assistente|Schools|IMAddress|IM Address
        |User 1|Benutzer 1|Utilisateur 1|Usuario 1|Utente 1|Gebruiker 1|Użytkownik 1|Personalizado 1|Utilizador 1
        |Billing Information|Abrechnungsinformation|Informations facturation|Facturación|Dati fatturazione
        |Factuurinformatie|Informacje rozliczeniowe|Informações para cobrança|Dados para facturação""",
    "handled": """E-mail Type|E-Mail-Typ|E-Mail 2: Typ|Type de messagerie|Tipo de correo electrónico
        |Tipo posta elettronica|E-mailtype|Typ e-mail|Rodzaj e-mail|Tipo de email|Tipo de correio electrónico
        |E-mail Display Name|E-Mail: Angezeigter Name|E-Mail 2: Angezeigter Name|Nom complet de l'adresse de messagerie
        |Nombre de pantalla de correo electrónico|Nome visualizzato posta elettronica|Weergavenaam voor e-mail
        |E-mail, weergegeven naam|Wyświetlana nazwa e-mail|Nome para exibição do email
        |Nome a apresentar para o correio electrónico""",
    "": """Account|Konto|Compte|Cuenta|Conta|Gender|Geschlecht|Sexe|Género|Sesso|Geslacht|Płeć|Sexo|Priority
        |Priorität|Priorité|Prioridad|Priorità|Prioriteit|Priorytet|Prioridade|Private|Privat|Privé|Privado|Privato
        |Priv|Prywatne|Particulier|Sensitivity|Vertraulichkeit|Critère de diffusion|Confidencialidad|Riservatezza
        |Gevoeligheid|Charakter|Sensibilidade|Confidencialidade|Initials|Initialen|Initiales|Iniciales|Iniziali
        |Inicjały|Iniciais|Language|Sprache|Langue|Idioma|Lingua|Taal|Język|Given Yomi|Surname Yomi|Company Yomi
        |Vorname Yomi|Nachname Yomi|Firma Yomi|Telex|Télex|Teleks|Mileage|Reisekilometer|Kilométrage|Kilometraje
        |Indennità trasferta|Reisafstand|Przebieg|Quilometragem|Directory Server|Verzeichnisserver
        |Serveur d'annuaire|Servidor de directorio|Server di directory|Adreslijstserver|Serwer adresowy
        |Servidor de diretório|Government ID Number|Organizational ID Number|Internet Free Busy""",
}  # fmt: skip
# For each language headings that no other program has; where a word may be anybody's, one is not enough.
MARKS = (
    "E-mail Display Name",
    "E-mail 2 Display Name",
    "E-mail 2 Type",
    "E-mail 3 Type",
    "Business Address PO Box",
    "Home Address PO Box",
    "Internet Free Busy",
    "TTY/TDD Phone",
    "Organizational ID Number",
    "Business Street 2",
    "Business Country/Region",
    "Home Country/Region",
    "Other Country/Region",
    "Given Yomi|Surname Yomi",
    "E-mail Address|Nickname|Mobile Phone",
    "E-mail Address|E-mail Type",
    "E-mail Address|E-mail Display Name",
    "E-mail Address|E-mail 2 Address",
    "E-mail Address|Business Phone",
    "E-mail Address|Business Street",
    "E-mail Address|Categories",
    "E-mail Address|Referred By",
    "First Name|Business Street",
    "First Name|Business Phone|Home Phone",
    "Business Phone|Company Main Phone",
    "Business Street|Home Street",
    "Business City|Home City",
    "First Name|Last Name|Business Fax",
    "E-Mail-Adresse|Telefon geschäftlich",
    "E-Mail-Adresse|E-Mail-Typ",
    "Nachname|Straße geschäftlich",
    "Nachname|Telefon geschäftlich",
    "Ort geschäftlich|Ort privat",
    "E-Mail-Adresse|Weitere Vornamen",
    "Adresse de messagerie|Téléphone (bureau)",
    "Adresse de messagerie|Nom",
    "Nom|Rue (bureau)",
    "Nom|Téléphone (bureau)",
    "Rue (bureau)|Rue (domicile)",
    "Apellidos|Calle del trabajo",
    "Apellidos|Teléfono del trabajo",
    "Apellidos|Dirección de correo electrónico",
    "Apellidos|E-mail Address",
    "Cognome|Indirizzo posta elettronica",
    "Cognome|Via (uff.)",
    "Cognome|Fax (uff.)",
    "Via (uff.)|Via (ab.)",
    "Achternaam|Telefoon op werk",
    "Achternaam|Werkadres, straat",
    "Werkadres, straat|Huisadres, straat",
    "E-mailadres|E-mailtype",
    "Nazwisko|Adres służbowy - ulica",
    "Nazwisko|Telefon służbowy|Telefon komórkowy",
    "Adres e-mail|Typ e-mail",
    "Adres służbowy - ulica|Adres domowy - ulica",
    "Sobrenome|Telefone comercial|E-mail Address",
    "Sobrenome|Endereço de email 2",
    "Sobrenome|Rua do endereço comercial 2",
    "Apelido|Rua da empresa",
    "Apelido|Telefone da empresa",
    "Apelido|Endereço de correio electrónico",
)
# Only the web has these; it writes English alone.
WEB = "IMAddress|Personal Web Page|Schools|Given Yomi|Surname Yomi|Company Yomi|Nickname"
