//! As much of CBOR (RFC 8949) as a request of AWS's SDK is made of, read by hand: what decodes a request here is not what
//! encoded it. Called by `fake_cloudwatch`.

use serde_json::{Map, Number, Value};

/// A whole item; a tagged one is what is tagged.
pub fn decode(bytes: &[u8]) -> Value {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.item().expect("a break outside of anything");
    assert_eq!(reader.at, bytes.len(), "bytes after the item");
    value
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// `None` is the break that ends an item of no stated length.
    fn item(&mut self) -> Option<Value> {
        let head = self.take(1)[0];
        let (major, low) = (head >> 5, head & 0x1f);
        if major == 7 {
            return match low {
                20 | 21 => Some(Value::Bool(low == 21)),
                22 => Some(Value::Null),
                26 => Some(float(f64::from(f32::from_be_bytes(self.take(4).try_into().unwrap())))),
                27 => Some(float(f64::from_be_bytes(self.take(8).try_into().unwrap()))),
                31 => None,
                other => panic!("a simple value {other}"),
            };
        }
        let count = self.argument(low);
        Some(match major {
            0 => count.unwrap().into(),
            1 => (-1 - i64::try_from(count.unwrap()).unwrap()).into(),
            3 => String::from_utf8(self.take(usize::try_from(count.unwrap()).unwrap()).to_vec()).unwrap().into(),
            4 => self.items(count).into(),
            5 => {
                let both = self.items(count.map(|pairs| pairs * 2));
                let pairs = both.chunks(2).map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            6 => self.item().unwrap(),
            other => panic!("an item of type {other}"),
        })
    }

    /// `None`: until a break.
    fn argument(&mut self, low: u8) -> Option<u64> {
        let bytes = match low {
            0..24 => return Some(u64::from(low)),
            24..28 => self.take(1 << (low - 24)),
            31 => return None,
            other => panic!("a length {other}"),
        };
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn items(&mut self, count: Option<u64>) -> Vec<Value> {
        match count {
            Some(count) => (0..count).map(|_| self.item().unwrap()).collect(),
            None => std::iter::from_fn(|| self.item()).collect(),
        }
    }

    fn take(&mut self, count: usize) -> &[u8] {
        self.at += count;
        &self.bytes[self.at - count..self.at]
    }
}

fn float(number: f64) -> Value {
    Value::Number(Number::from_f64(number).unwrap())
}
