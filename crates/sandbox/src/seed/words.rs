//! Names as they stand in real books.

/// Companies. The first ones are those that break things.
pub(super) const COMPANIES: [&str; 40] = [
    "Müller & Söhne GmbH",
    "O'Brien \"Quality\" Tools Ltd.",
    "🔧 Schrauben-König 🔩",
    "شركة النور للتجارة",
    "דיזנגוף כלי עבודה בע\"מ",
    "株式会社山田工業",
    " Leading Blank AG ",
    "Contoso",
    "Contoso",
    "A very long company name that uses every single one of the hundred characters that the field can hold",
    "Łódź Metal Sp. z o.o.",
    "Ærøskøbing Værft A/S",
    "Crédit & Fils (Bordeaux) S.A.R.L.",
    "Smith, Jones, and Partners",
    "100% Bolt Co",
    "Niño y Peña S.L.",
    "Test\\Backslash Inc.",
    "<b>Bold</b> Industries",
    "Null",
    "Straße 24 Handels-KG",
    "Alpine Ski House",
    "Adatum Corporation",
    "Fabrikam Robotics",
    "Litware Logistics",
    "Proseware Pumps",
    "Tailspin Toys",
    "Wingtip Valves",
    "Trey Research",
    "Southridge Steel",
    "Woodgrove Works",
    "Humongous Hydraulics",
    "Lucerne Lubricants",
    "Margie's Machine Shop",
    "Northern Nuts",
    "Blue Yonder Bearings",
    "City Power & Light",
    "Coho Castings",
    "Consolidated Messenger",
    "Graphic Gaskets Institute",
    "Relecloud Relays",
];

/// Towns with their country and postal code.
pub(super) const TOWNS: [(&str, &str, &str); 12] = [
    ("Hamburg", "DE", "20095"),
    ("München", "DE", "80331"),
    ("Wien", "AT", "1010"),
    ("Zürich", "CH", "8001"),
    ("London", "GB", "EC1A 1BB"),
    ("Atlanta", "US", "31772"),
    ("København", "DK", "1050"),
    ("Łódź", "PL", "90-001"),
    ("Bordeaux", "FR", "33000"),
    ("東京", "JP", "100-0001"),
    ("Madrid", "ES", "28001"),
    ("", "", ""),
];

/// Telephone numbers; not all of them pass Zoho's check.
pub(super) const PHONES: [&str; 10] = [
    "+49 40 555 0100",
    "(425) 555-0100",
    "Tel: +44 20 7946 0958",
    "425/555-0100",
    "n/a",
    "",
    "+1 404  555  0100",
    "555-0100 ext. 4",
    "-",
    "0043 1 555 0199",
];

/// Web addresses; not all of them pass Zoho's check.
pub(super) const WEBSITES: [&str; 6] = [
    "www.contoso.com",
    "HTTPS://WWW.FABRIKAM.COM",
    "adatum",
    "",
    "http://proseware.example.com/shop",
    "not a website",
];

/// Things that a distributor sells.
pub(super) const GOODS: [&str; 16] = [
    "Hex bolt M8×40",
    "Washer Ø 8,4 mm",
    "Ball bearing 6204-2RS",
    "V-belt SPZ 1000",
    "Hydraulic hose 1/2\" 2SN",
    "Safety gloves (size 9)",
    "Cutting disc 125 × 1.0",
    "Grease gun \"Pro\"",
    "Cable tie 200 mm, black",
    "O-ring set 🛠",
    "Torque wrench 40–200 Nm",
    "Thread lock 50 ml",
    "Drill bit HSS-Co 8.0",
    "Spirit level 60 cm",
    "Coupling & flange kit",
    "Pressure gauge 0–16 bar",
];

/// People.
pub(super) const PEOPLE: [&str; 16] = [
    "Robert Townes",
    "Anna-Lena Müller",
    "José Ángel García Márquez",
    "Prince",
    "Siobhán O'Neill",
    "李 小龍",
    "Ünal Öztürk",
    "Maria van der Berg",
    "Jean-Luc d'Arc",
    "Åsa Ström",
    "محمد علي",
    "Jo",
    "Dr. Ing. Karl-Heinz Freiherr von und zu Sonnenschein",
    "Zoë 🌞 Sun",
    "Olga Petrova",
    "Sam Lee",
];
