//! A place for a value: a member together with the shape it has. What either says of the wire is read here, the member first.
//!
//! Each protocol walks by it; it knows no protocol, and no value.

use crate::model::{Kind, Location, Member, Service, Shape, ShapeId, Structure, TimestampFormat, XmlNamespace};

#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub service: &'a Service,
    /// Nothing at the root.
    pub member: Option<&'a Member>,
    pub shape: &'a Shape,
}

impl<'a> Field<'a> {
    pub fn root(service: &'a Service, id: ShapeId) -> Self {
        Self { service, member: None, shape: service.shape(id) }
    }

    pub fn of(self, member: &'a Member) -> Self {
        Self { service: self.service, member: Some(member), shape: self.service.shape(member.shape) }
    }

    /// In the model; empty at the root, and in lists and maps.
    pub fn model_name(self) -> &'static str {
        self.member.map_or("", |member| member.name)
    }

    /// What the model says that the wire calls it. A structure's own name is for where it is the root: `Hello` of Smithy's
    /// `BodyWithXmlName` names no member.
    pub fn said_name(self) -> Option<&'static str> {
        let shaped = if self.structure().is_some() { None } else { self.shape.location_name };
        self.member.and_then(|member| member.location_name).or(shaped)
    }

    pub fn wire_name(self) -> &'static str {
        self.said_name().unwrap_or(self.model_name())
    }

    /// With elements in its place, it may have their name: where the shape itself is flattened, and the member has no own name.
    pub fn wire_name_of_flattened(self) -> &'static str {
        let element = match &self.shape.kind {
            Kind::List { member, flattened: true } => member.location_name,
            _ => None,
        };
        self.said_name().or(element).unwrap_or(self.model_name())
    }

    pub fn location(self) -> Option<Location> {
        self.member.and_then(|member| member.location)
    }

    pub fn structure(self) -> Option<&'a Structure> {
        match &self.shape.kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    pub fn members(self) -> impl Iterator<Item = Field<'a>> {
        self.structure().into_iter().flat_map(|structure| &structure.members).map(move |member| self.of(member))
    }

    /// What is the whole body.
    pub fn payload(self) -> Option<Field<'a>> {
        let structure = self.structure()?;
        let at = usize::try_from(structure.payload?).ok()?;
        structure.members.get(at).map(|member| self.of(member))
    }

    pub fn timestamp_format(self) -> Option<TimestampFormat> {
        let shaped = match self.shape.kind {
            Kind::Timestamp { format } => format,
            _ => None,
        };
        self.member.and_then(|member| member.timestamp_format).or(shaped)
    }

    /// Its elements stand where it would stand.
    pub fn flattened(self) -> bool {
        let shaped = match self.shape.kind {
            Kind::List { flattened, .. } | Kind::Map { flattened, .. } => flattened,
            _ => false,
        };
        shaped || self.member.is_some_and(|member| member.flattened)
    }

    pub fn xml_namespace(self) -> Option<&'a XmlNamespace> {
        self.member.and_then(|member| member.xml_namespace.as_deref()).or(self.shape.xml_namespace.as_deref())
    }

    pub fn xml_attribute(self) -> bool {
        self.member.is_some_and(|member| member.xml_attribute)
    }

    /// JSON in base64. In a header alone: elsewhere the same trait is on text that services take as it is.
    pub fn json_value(self) -> bool {
        self.member.is_some_and(|member| member.json_value && member.location == Some(Location::Header))
    }
}
