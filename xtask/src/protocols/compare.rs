//! Whether two values, bodies or documents mean the same; and what differs, for people.

use serde_json::Value;

/// `1` is `1.0`, and the order of members means nothing.
pub fn same(ours: &Value, wanted: &Value) -> bool {
    match (ours, wanted) {
        (Value::Number(ours), Value::Number(wanted)) => ours == wanted || ours.as_f64() == wanted.as_f64(),
        (Value::Array(ours), Value::Array(wanted)) => {
            ours.len() == wanted.len() && ours.iter().zip(wanted).all(|(ours, wanted)| same(ours, wanted))
        }
        (Value::Object(ours), Value::Object(wanted)) => {
            ours.len() == wanted.len()
                && ours.iter().all(|(name, ours)| wanted.get(name).is_some_and(|wanted| same(ours, wanted)))
        }
        _ => ours == wanted,
    }
}

pub fn difference(what: &str, ours: impl std::fmt::Display, wanted: impl std::fmt::Display) -> String {
    format!("  {what}\n    ours   {ours}\n    wanted {wanted}")
}

pub fn json_bodies(ours: &str, wanted: &str) -> bool {
    match (serde_json::from_str::<Value>(ours), serde_json::from_str::<Value>(wanted)) {
        (Ok(ours), Ok(wanted)) => same(&ours, &wanted),
        _ => ours == wanted,
    }
}

/// But for white space around text, the order of attributes, and which prefix stands for a namespace.
pub fn xml_bodies(ours: &str, wanted: &str) -> bool {
    match (roxmltree::Document::parse(ours), roxmltree::Document::parse(wanted)) {
        (Ok(ours), Ok(wanted)) => canonical(ours.root_element()) == canonical(wanted.root_element()),
        _ => ours == wanted,
    }
}

fn canonical(node: roxmltree::Node<'_, '_>) -> String {
    let name = node.tag_name();
    let mut attributes: Vec<String> = node
        .attributes()
        .map(|attribute| {
            format!(" {}|{}={:?}", attribute.namespace().unwrap_or_default(), attribute.name(), attribute.value())
        })
        .chain(node.namespaces().map(|space| format!(" xmlns:{}={}", space.name().unwrap_or_default(), space.uri())))
        .collect();
    attributes.sort();
    let children: String = node
        .children()
        .map(|child| match child.text() {
            Some(text) if child.is_text() => text.trim().to_owned(),
            _ if child.is_element() => canonical(child),
            _ => String::new(),
        })
        .collect();
    format!("<{}|{}{}>{children}</>", name.namespace().unwrap_or_default(), name.name(), attributes.concat())
}

/// In diagnostic notation, with the members of maps in order.
pub fn cbor_bodies(ours: &[u8], wanted: &[u8]) -> bool {
    match (cbor(ours), cbor(wanted)) {
        (Some(ours), Some(wanted)) => ours == wanted,
        _ => ours == wanted,
    }
}

/// Text that is equal for bodies that mean the same.
pub fn cbor(bytes: &[u8]) -> Option<String> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let text = cbor_item(&mut decoder)?;
    (decoder.position() == bytes.len()).then_some(text)
}

fn cbor_item(decoder: &mut minicbor::Decoder<'_>) -> Option<String> {
    use minicbor::data::Type;
    Some(match decoder.datatype().ok()? {
        Type::Array | Type::ArrayIndef => {
            let mut items = Vec::new();
            let length = decoder.array().ok()?;
            while more(decoder, length, items.len())? {
                items.push(cbor_item(decoder)?);
            }
            format!("[{}]", items.join(", "))
        }
        Type::Map | Type::MapIndef => {
            let mut items = Vec::new();
            let length = decoder.map().ok()?;
            while more(decoder, length, items.len())? {
                items.push(format!("{}: {}", cbor_item(decoder)?, cbor_item(decoder)?));
            }
            items.sort();
            format!("{{{}}}", items.join(", "))
        }
        // A time's seconds may be a whole number or a fraction without one.
        Type::Tag => {
            let tag = decoder.tag().ok()?.as_u64();
            let item = cbor_item(decoder)?;
            format!("{tag}({})", item.strip_suffix(".0").unwrap_or(&item))
        }
        Type::F16 | Type::F32 | Type::F64 => format!("{:?}", number(decoder)?),
        _ => minicbor::decode::Tokenizer::from(&mut *decoder).next()?.ok()?.to_string(),
    })
}

fn number(decoder: &mut minicbor::Decoder<'_>) -> Option<f64> {
    match decoder.datatype().ok()? {
        minicbor::data::Type::F16 => decoder.f16().ok().map(f64::from),
        minicbor::data::Type::F32 => decoder.f32().ok().map(f64::from),
        _ => decoder.f64().ok(),
    }
}

/// At the end of what has no length stands a break.
fn more(decoder: &mut minicbor::Decoder<'_>, length: Option<u64>, read: usize) -> Option<bool> {
    if let Some(length) = length {
        return Some(u64::try_from(read).ok()? < length);
    }
    if decoder.datatype().ok()? == minicbor::data::Type::Break {
        decoder.skip().ok()?;
        return Some(false);
    }
    Some(true)
}
