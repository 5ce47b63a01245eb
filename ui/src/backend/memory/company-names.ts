/** Names, places and goods of a distributor of industrial supplies. */

export const companyHeads = [
  "Adler", "Bergmann", "Castle", "Dorn", "Eckert", "Fairfield", "Gruber", "Halden", "Ibsen", "Jansen", "Kessler", "Lindqvist",
  "Marlow", "Nordhaus", "Oakley", "Pfeiffer", "Quarry Lane", "Rosenthal", "Sutter", "Thornbury", "Ullrich", "Vantage", "Westermann",
  "Yorkdale", "Zeller", "Ashford", "Brückner", "Copperfield", "Delta", "Everly", "Falk", "Greystone", "Hofmeister", "Ironbridge",
] as const;

export const companyTails = [
  "Metallbau GmbH", "Engineering Ltd", "Maschinenbau AG", "Tools & Fixings", "Werkzeuge GmbH & Co. KG", "Hydraulics Ltd", "Automation",
  "Precision Parts", "Schweißtechnik GmbH", "Industrial Services", "Pumpen GmbH", "Construction Supplies Ltd",
] as const;

export const firstNames = [
  "Anna", "Ben", "Carla", "David", "Elena", "Finn", "Greta", "Hannah", "Ivo", "Jana", "Karl", "Lena", "Marek", "Nina", "Oscar", "Paula",
  "Quentin", "Rosa", "Stefan", "Tomas", "Ursula", "Viktor", "Wilma", "Yusuf", "Zoe",
] as const;

export const lastNames = [
  "Becker", "Clarke", "Diaz", "Ellis", "Fischer", "Graham", "Hoffmann", "Ivanova", "Jung", "Klein", "Lorenz", "Meyer", "Novak", "Otto",
  "Petersen", "Richter", "Schulz", "Turner", "Vogel", "Weber",
] as const;

export const goods = [
  "Hex bolt", "Socket screw", "Spring washer", "Ball bearing", "V-belt", "Gear pump", "Pressure gauge", "Hydraulic hose", "Ball valve",
  "Cable gland", "Grinding disc", "Drill bit", "Safety gloves", "Welding wire", "O-ring set", "Linear guide", "Air filter", "Timing pulley",
] as const;

export const sizes = ["M6 × 20", "M8 × 30", "M10 × 40", "6204-2RS", "1/2 in", "3/4 in", "DN 25", "DN 40", "125 mm", "12 mm", "size 9", "1.2 mm"] as const;

export const towns = [
  "10115 Berlin, DE", "20095 Hamburg, DE", "80331 München, DE", "1010 Wien, AT", "8001 Zürich, CH", "LS1 4AP Leeds, GB",
  "M1 2AB Manchester, GB", "2000 Antwerpen, BE", "5611 Eindhoven, NL", "44137 Dortmund, DE",
] as const;
