//! XML that AWS is asked with: the bodies of REST-XML.
//! Source: <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>

use serde_json::Value;

use super::InputError;
use super::field::Field;
use super::given::{self, Given, Path, given};
use crate::model::{TimestampFormat, XmlNamespace};

/// The members of an input that are its body.
pub(super) fn root(
    name: &str,
    namespace: Option<&XmlNamespace>,
    field: Field<'_>,
    fields: &[(Field<'_>, &Value)],
) -> Result<Vec<u8>, InputError> {
    let mut xml = Xml(String::new());
    let namespace = namespace.or(field.xml_namespace());
    xml.structure(name, namespace, fields, &Path::ROOT)?;
    Ok(xml.0.into_bytes())
}

/// One member that is the whole of it.
pub(super) fn payload(name: &str, field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<Vec<u8>, InputError> {
    let mut xml = Xml(String::new());
    xml.member(name, field, value, path)?;
    Ok(xml.0.into_bytes())
}

struct Xml(String);

impl Xml {
    fn structure(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        fields: &[(Field<'_>, &Value)],
        path: &Path<'_>,
    ) -> Result<(), InputError> {
        self.begin(name, namespace);
        let (attributes, elements): (Vec<_>, Vec<_>) = fields.iter().partition(|(field, _)| field.xml_attribute());
        // Before the tag is closed.
        self.0.pop();
        for (field, value) in attributes {
            let path = path.name(field.model_name());
            let text = given::text(&given(field, value, &path)?, TimestampFormat::Iso8601);
            let text = text.ok_or_else(|| path.error("takes one value, not several"))?;
            self.0.push(' ');
            self.0.push_str(field.wire_name());
            self.0.push_str("=\"");
            self.text(&text);
            self.0.push('"');
        }
        self.0.push('>');
        for (field, value) in elements {
            self.member(field.wire_name_of_flattened(), field, value, &path.name(field.model_name()))?;
        }
        self.end(name);
        Ok(())
    }

    fn member(&mut self, name: &str, field: Field<'_>, value: &Value, path: &Path<'_>) -> Result<(), InputError> {
        match given(field, value, path)? {
            Given::Structure(fields) => self.structure(name, field.xml_namespace(), &fields, path)?,
            Given::List { element, values } => {
                let flattened = field.flattened();
                let inner = if flattened { name } else { element.said_name().unwrap_or("member") };
                self.wrapped(name, field, flattened, |xml| {
                    for (at, value) in values.iter().enumerate() {
                        let path = path.place(at);
                        let namespace = element.xml_namespace().or(field.xml_namespace().filter(|_| flattened));
                        xml.element(inner, namespace, element, value, &path)?;
                    }
                    Ok(())
                })?;
            }
            Given::Map { key, value: element, entries } => {
                let flattened = field.flattened();
                let entry = if flattened { name } else { "entry" };
                self.wrapped(name, field, flattened, |xml| {
                    for (named, value) in entries {
                        xml.begin(entry, field.xml_namespace().filter(|_| flattened));
                        xml.leaf(key.said_name().unwrap_or("key"), key.xml_namespace(), named);
                        xml.member(element.said_name().unwrap_or("value"), element, value, &path.name(named))?;
                        xml.end(entry);
                    }
                    Ok(())
                })?;
            }
            scalar => {
                let format = field.timestamp_format().unwrap_or(TimestampFormat::Iso8601);
                if let Some(text) = given::text(&scalar, format) {
                    self.leaf(name, field.xml_namespace(), &text);
                }
            }
        }
        Ok(())
    }

    /// As [`Self::member`], in the namespace of the list that it is in.
    fn element(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        field: Field<'_>,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), InputError> {
        match given(field, value, path)? {
            Given::Structure(fields) => self.structure(name, namespace, &fields, path),
            Given::List { .. } | Given::Map { .. } => self.member(name, field, value, path),
            scalar => {
                let format = field.timestamp_format().unwrap_or(TimestampFormat::Iso8601);
                if let Some(text) = given::text(&scalar, format) {
                    self.leaf(name, namespace, &text);
                }
                Ok(())
            }
        }
    }

    fn wrapped(
        &mut self,
        name: &str,
        field: Field<'_>,
        flattened: bool,
        content: impl FnOnce(&mut Self) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        if flattened {
            return content(self);
        }
        self.begin(name, field.xml_namespace());
        content(self)?;
        self.end(name);
        Ok(())
    }

    fn leaf(&mut self, name: &str, namespace: Option<&XmlNamespace>, text: &str) {
        self.begin(name, namespace);
        self.text(text);
        self.end(name);
    }

    fn begin(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.0.push('<');
        self.0.push_str(name);
        if let Some(namespace) = namespace {
            self.0.push_str(" xmlns");
            if let Some(prefix) = namespace.prefix.filter(|prefix| !prefix.is_empty()) {
                self.0.push(':');
                self.0.push_str(prefix);
            }
            self.0.push_str("=\"");
            self.text(namespace.uri);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn end(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Line breaks as references: a parser would make spaces of them in attributes, and line feeds of carriage returns in text.
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\r' => self.0.push_str("&#xD;"),
                '\n' => self.0.push_str("&#xA;"),
                letter => self.0.push(letter),
            }
        }
    }
}
