//! What a shape looks like, as data: `bellhop wire dump` prints it, so that drift from AWS's model is seen from outside.
//!
//! The macros of [`crate::operations`] and the identifiers of [`crate::ids`] implement [`Described`]; nothing decides by it.

use serde_json::{Map, Value, json};

/// A type that stands for a shape of the wire.
pub trait Described {
    /// `{"type": "string", "min": 1, "max": 255, "pattern": "…", "sensitive": true}`, `{"type": "list", "member": …}`,
    /// `{"type": "structure", "members": {"Name": {"required": true, …}}}` and so on; what does not apply is absent.
    fn describe() -> Value;

    /// Whether a structure must have a member of this type: an `Option` need not be there.
    const REQUIRED: bool = true;
}

impl<T: Described> Described for Option<T> {
    fn describe() -> Value {
        T::describe()
    }

    const REQUIRED: bool = false;
}

impl<T: Described> Described for Vec<T> {
    fn describe() -> Value {
        json!({ "type": "list", "member": T::describe() })
    }
}

impl Described for bool {
    fn describe() -> Value {
        json!({ "type": "boolean" })
    }
}

/// Text without constraints.
impl Described for String {
    fn describe() -> Value {
        json!({ "type": "string" })
    }
}

/// A structure from its members: name, shape, whether it is required.
pub(crate) fn structure(members: impl IntoIterator<Item = (&'static str, Value, bool)>) -> Value {
    let mut described = Map::new();
    for (name, mut shape, required) in members {
        if let Some(shape) = shape.as_object_mut() {
            shape.insert("required".to_owned(), required.into());
        }
        described.insert(name.to_owned(), shape);
    }
    json!({ "type": "structure", "members": described })
}
