//! Small tables of customers with a known answer, and a simple damage of their own: no code of the program.

use std::fmt::Write;

#[derive(Debug, Clone)]
pub struct Customer {
    pub id: String,
    pub name: String,
    pub street: String,
    pub city: String,
    pub born: String,
    pub phone: String,
    pub spent: String,
}

/// A small generator of numbers: the same seed gives the same tables.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

const FIRST: [&str; 20] = [
    "Alda", "Bruno", "Carla", "Dario", "Elena", "Fabio", "Greta", "Hugo", "Irena", "Jonas", "Karin", "Lukas",
    "Mirta", "Nils", "Olga", "Pavel", "Quirin", "Rosa", "Stefan", "Thea",
];
const LAST: [&str; 25] = [
    "Adler",
    "Bergmann",
    "Castell",
    "Dornier",
    "Ebner",
    "Falk",
    "Gruber",
    "Hollander",
    "Imhof",
    "Jansen",
    "Keller",
    "Lindner",
    "Moser",
    "Neumann",
    "Oberlin",
    "Pichler",
    "Quandt",
    "Richter",
    "Sandoz",
    "Thaler",
    "Ulmer",
    "Vogt",
    "Wagner",
    "Zeller",
    "Zumthor",
];
const STREETS: [&str; 12] = [
    "Station Road",
    "Mill Lane",
    "High Street",
    "Church Row",
    "Park Avenue",
    "Bridge Street",
    "Harbour Way",
    "Garden Close",
    "Hill View",
    "Market Square",
    "Canal Walk",
    "Forest Drive",
];
const CITIES: [&str; 8] =
    ["Northam", "Easton", "Westbury", "Southwick", "Middleton", "Lakeside", "Riverton", "Hilldale"];

/// Customers `c1`, `c2`, ...; some share a name, none all the rest.
pub fn customers(n: usize) -> Vec<Customer> {
    let mut dice = Dice::new(42);
    (1..=n)
        .map(|number| Customer {
            id: format!("c{number}"),
            name: format!("{} {}", FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]),
            street: format!("{} {}", STREETS[dice.below(STREETS.len())], 1 + dice.below(99)),
            city: CITIES[dice.below(CITIES.len())].to_owned(),
            born: format!("{:02}/{:02}/{}", 1 + dice.below(28), 1 + dice.below(12), 1940 + dice.below(65)),
            phone: format!("07{:08}", dice.below(100_000_000)),
            spent: format!("{}.{:02}", dice.below(5_000), dice.below(100)),
        })
        .collect()
}

/// The same customer as another system has it: slips, gaps, another case, a changed amount.
pub fn damaged(own: &Customer, dice: &mut Dice) -> Customer {
    let mut out = Customer { id: format!("{}-b", own.id), ..own.clone() };
    if dice.percent(25) {
        out.name = swapped(&out.name, dice);
    }
    if dice.percent(20) {
        out.name = out.name.to_uppercase();
    }
    if dice.percent(20) {
        out.street = swapped(&out.street, dice);
    }
    if dice.percent(8) {
        out.street.clear();
    }
    if dice.percent(5) {
        out.city = CITIES[dice.below(CITIES.len())].to_owned();
    }
    if dice.percent(8) {
        out.born.clear();
    }
    if dice.percent(10) {
        let digit = dice.below(10);
        out.phone.replace_range(9..10, &digit.to_string());
    }
    if dice.percent(15) {
        out.phone.clear();
    }
    if dice.percent(30) {
        out.spent = format!("{}.00", out.spent.split('.').next().expect("whole"));
    }
    out
}

/// Two neighbouring letters change places.
fn swapped(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = dice.below(letters.len() - 1);
    letters.swap(at, at + 1);
    letters.into_iter().collect()
}

const HEADER: [&str; 7] = ["key", "full name", "street", "city", "birthday", "phone", "spent"];

fn cells(row: &Customer) -> [&String; 7] {
    let Customer { id, name, street, city, born, phone, spent } = row;
    [id, name, street, city, born, phone, spent]
}

pub fn write_csv(rows: &[Customer]) -> String {
    let mut text = HEADER.join(",") + "\n";
    for row in rows {
        let line: Vec<&str> = cells(row).iter().map(|cell| cell.as_str()).collect();
        let _ = writeln!(text, "{}", line.join(","));
    }
    text
}

pub fn ndjson(rows: &[Customer]) -> String {
    let mut text = String::new();
    for row in rows {
        let object: serde_json::Map<String, serde_json::Value> = HEADER
            .iter()
            .zip(cells(row))
            .map(|(key, cell)| ((*key).to_owned(), serde_json::Value::from(cell.as_str())))
            .collect();
        let _ = writeln!(text, "{}", serde_json::Value::Object(object));
    }
    text
}

/// A pipeline over tables of customers, each in `<name>.csv`.
pub fn pipeline(tables: &[&str], decide: &str) -> String {
    let mut text = "[pipeline]\nname = \"customers\"\nas_of = 2026-01-01T00:00:00\n".to_owned();
    for name in tables {
        let _ = write!(
            text,
            r#"
[[table]]
name   = "{name}"
files  = ["{name}.csv"]
format = "csv"
id     = "key"
[table.columns]
name   = "full name"
street = "street"
city   = "city"
born   = {{ column = "birthday", type = "date", dates = ["dd/MM/yyyy"] }}
phone  = {{ column = "phone", type = "code" }}
spent  = {{ column = "spent", type = "number" }}
"#
        );
    }
    let _ = write!(text, "\n[link]\ndecide = \"{decide}\"\n{LINK}");
    text
}

const LINK: &str = r#"
[[comparison]]
field = "name"
how = { jaro_winkler = [0.94, 0.85] }
term_frequency = true

[[comparison]]
field = "street"
how = { damerau_levenshtein = [1, 2] }

[[comparison]]
field = "city"
how = "exact"

[[comparison]]
field = "born"
how = { date = { slips = true } }

[[comparison]]
field = "phone"
how = { damerau_levenshtein = [1, 2] }

[[comparison]]
field = "spent"
how = { number = { within = [1.0] } }

[[block]]
on = ["phone"]
[[block]]
on = ["born"]
[[block]]
on = ["street"]
[[block]]
on = ["name:first3", "city"]
[[block]]
on = ["name"]
"#;

/// Precision and recall together, of pairs claimed against pairs there are.
pub fn f1(claimed: usize, right: usize, there: usize) -> f64 {
    2.0 * right as f64 / (claimed + there) as f64
}
