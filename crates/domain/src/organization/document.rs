//! One chat applications policy as it was written: its settings by place, each with its operators. Checked whole before
//! anything is made of it; what is wrong is told with its place.
//!
//! Keys are taken in any case, ids and values as they are written. AWS takes `platforms.default` of one of its own examples,
//! so it stands for `default` here too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use wire::ids::{SlackTeamId, Uuid};

use super::json::Node;

/// Several times what AWS takes (10,000 characters), for those who indent.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// Ids of one list.
const IDS_MAX: usize = 1000;
const CHILD_OPERATORS: &str = "@@operators_allowed_for_child_policies";

/// Keys from the top to a setting: `chatbot.platforms.slack.client`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<String>);

/// A policy, ready to be merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub(super) settings: BTreeMap<Place, Setting>,
    /// What policies of lower levels may do at a place.
    pub(super) controls: BTreeMap<Place, ChildOperators>,
}

/// What a document does to one setting: puts values in the place of inherited ones, adds some, takes some away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) assign: Option<BTreeSet<String>>,
    pub(super) append: BTreeSet<String>,
    pub(super) remove: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Assign,
    Append,
    Remove,
}

/// The value-setting operators that lower levels may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChildOperators {
    assign: bool,
    append: bool,
    remove: bool,
}

/// Why a text is no policy. The place is empty where it is no JSON at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if place.is_empty() { String::new() } else { format!("`{place}` ") })]
pub struct BadDocument {
    pub place: String,
    pub problem: String,
}

/// What may stand where. Source: the User Guide's syntax.
enum Schema {
    Keys(&'static [(&'static str, Schema)]),
    /// Keys are ids.
    Ids(Id, &'static Schema),
    Setting(Values),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Id {
    Workspace,
    /// Or all of them.
    Tenant,
    Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    /// `enabled` or `disabled`: the only setting with one value.
    Client,
    Workspaces,
    Teams,
    ChannelTypes,
    RoleSettings,
}

const CLIENT: (&str, Schema) = ("client", Schema::Setting(Values::Client));
const ROLES: (&str, Schema) = ("supported_role_settings", Schema::Setting(Values::RoleSettings));
static OF_WORKSPACE: Schema =
    Schema::Keys(&[("supported_channel_types", Schema::Setting(Values::ChannelTypes)), ROLES]);
/// A channel of Microsoft Teams has no type here: AWS tells public from private in Slack alone.
static OF_TEAM: Schema = Schema::Keys(&[ROLES]);
static OF_TENANT: Schema = Schema::Ids(Id::Uuid, &OF_TEAM);
static TEAMS_OF_TENANT: Schema = Schema::Setting(Values::Teams);

static TOP: Schema = Schema::Keys(&[(
    "chatbot",
    Schema::Keys(&[
        (
            "platforms",
            Schema::Keys(&[
                (
                    "slack",
                    Schema::Keys(&[
                        CLIENT,
                        ("workspaces", Schema::Setting(Values::Workspaces)),
                        (
                            "default",
                            Schema::Keys(&[("supported_channel_types", Schema::Setting(Values::ChannelTypes)), ROLES]),
                        ),
                        ("overrides", Schema::Ids(Id::Workspace, &OF_WORKSPACE)),
                    ]),
                ),
                (
                    "microsoft_teams",
                    Schema::Keys(&[
                        CLIENT,
                        ("tenants", Schema::Ids(Id::Tenant, &TEAMS_OF_TENANT)),
                        ("default", Schema::Keys(&[ROLES])),
                        ("overrides", Schema::Ids(Id::Uuid, &OF_TENANT)),
                    ]),
                ),
                ("chime", Schema::Keys(&[CLIENT])),
                ("default", Schema::Keys(&[CLIENT])),
            ]),
        ),
        ("default", Schema::Keys(&[CLIENT])),
    ]),
)]);

impl Document {
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn parse(json: &str) -> Result<Self, BadDocument> {
        if json.len() > DOCUMENT_BYTES_MAX {
            let problem = format!("it has {} bytes: a policy may have {DOCUMENT_BYTES_MAX}", json.len());
            return Err(BadDocument { place: String::new(), problem });
        }
        let node = Node::parse(json)
            .map_err(|error| BadDocument { place: String::new(), problem: format!("it is not JSON: {error}") })?;
        let mut document = Self::default();
        document.read(&TOP, &Place::default(), node)?;
        document.settle_default()?;
        Ok(document)
    }

    fn read(&mut self, schema: &'static Schema, place: &Place, node: Node) -> Result<(), BadDocument> {
        let Node::Object(members) = node else {
            let remedy = match schema {
                Schema::Setting(_) => "must be an object with operators, like `{\"@@assign\": …}`",
                Schema::Keys(_) | Schema::Ids(..) => "must be an object",
            };
            return Err(place.bad(remedy));
        };
        let mut setting = Setting::default();
        let (mut has_control, mut has_keys) = (false, false);
        for (key, value) in members {
            let keyword = key.to_lowercase();
            if keyword == CHILD_OPERATORS {
                self.controls.insert(place.clone(), child_operators(place, value)?);
                has_control = true;
                continue;
            }
            if let Schema::Setting(values) = schema {
                setting.read(*values, place, &key, value)?;
                continue;
            }
            let (name, schema) = child(schema, place, &key)?;
            has_keys = true;
            self.read(schema, &place.then(&name), value)?;
        }
        match schema {
            Schema::Setting(values) => {
                let says_nothing = setting == Setting::default() && !has_control;
                if says_nothing && *values == Values::Teams {
                    return Err(place.bad("must say which teams, like `{\"@@assign\": [\"*\"]}`"));
                }
                if setting != Setting::default() {
                    self.settings.insert(place.clone(), setting);
                }
            }
            // All, or none? AWS does not say.
            Schema::Ids(Id::Tenant, _) if !has_keys && !has_control => {
                return Err(place.bad("must name the tenants that are allowed, or `*`; leave it out to allow all"));
            }
            Schema::Keys([("chatbot", _)]) if !has_keys => return Err(place.bad("must have the key `chatbot`")),
            Schema::Keys(_) | Schema::Ids(..) => {}
        }
        Ok(())
    }

    /// `platforms.default` is `default`.
    fn settle_default(&mut self) -> Result<(), BadDocument> {
        let of = |keys: &[&str]| Place(keys.iter().map(|key| (*key).to_owned()).collect());
        for tail in [&["default", "client"][..], &["default"]] {
            let among_platforms = of(&[&["chatbot", "platforms"], tail].concat());
            let proper = of(&[&["chatbot"], tail].concat());
            let twice = || among_platforms.bad(&format!("is said by `{proper}` too: take one out"));
            if let Some(setting) = self.settings.remove(&among_platforms)
                && self.settings.insert(proper.clone(), setting).is_some()
            {
                return Err(twice());
            }
            if let Some(control) = self.controls.remove(&among_platforms)
                && self.controls.insert(proper.clone(), control).is_some()
            {
                return Err(twice());
            }
        }
        Ok(())
    }
}

/// The key as it is kept, and what may stand below it.
fn child(schema: &'static Schema, place: &Place, key: &str) -> Result<(String, &'static Schema), BadDocument> {
    match schema {
        Schema::Keys(keys) => {
            let keyword = key.to_lowercase();
            let found = keys.iter().find(|(name, _)| *name == keyword);
            found.map(|(name, schema)| ((*name).to_owned(), schema)).ok_or_else(|| {
                let known: Vec<String> = keys.iter().map(|(name, _)| format!("`{name}`")).collect();
                place.then(key).bad(&format!("means nothing; there may be {} here", known.join(", ")))
            })
        }
        Schema::Ids(id, schema) => match id.read(key) {
            Some(id) => Ok((id, *schema)),
            None => Err(place.then(key).bad(&format!("is not {}", id.described()))),
        },
        // Operators were told from keys before.
        Schema::Setting(_) => Err(place.then(key).bad("is no operator")),
    }
}

impl Setting {
    fn read(&mut self, values: Values, place: &Place, key: &str, value: Node) -> Result<(), BadDocument> {
        let operator = match key.to_lowercase().as_str() {
            "@@assign" => Operator::Assign,
            "@@append" => Operator::Append,
            "@@remove" => Operator::Remove,
            _ => {
                let problem = "is no operator; there may be `@@assign`, `@@append`, `@@remove` and \
                               `@@operators_allowed_for_child_policies` here";
                return Err(place.then(key).bad(problem));
            }
        };
        let at = place.then(key);
        if values == Values::Client && operator != Operator::Assign {
            return Err(at.bad("is for lists; `client` has one value, with `@@assign`"));
        }
        let read = values.read(&at, value)?;
        match operator {
            Operator::Assign => self.assign = Some(read),
            Operator::Append => self.append = read,
            Operator::Remove => self.remove = read,
        }
        Ok(())
    }
}

impl Values {
    fn read(self, place: &Place, node: Node) -> Result<BTreeSet<String>, BadDocument> {
        let nodes = match (self, node) {
            (Self::Client, node @ Node::Text(_)) => vec![node],
            (Self::Client, _) => return Err(place.bad(&format!("must be {}", self.described()))),
            (_, Node::List(nodes)) => nodes,
            (_, _) => return Err(place.bad(&format!("must be a list of {}", self.described()))),
        };
        if nodes.len() > IDS_MAX {
            return Err(place.bad(&format!("has {} values: there may be {IDS_MAX}", nodes.len())));
        }
        let value = |node: Node| {
            let Node::Text(text) = node else {
                return Err(place.bad(&format!("must be a list of {}: strings", self.described())));
            };
            let wrong = || place.bad(&format!("has `{}`, which is not {}", echoed(&text), self.described()));
            self.value(&text).ok_or_else(wrong)
        };
        nodes.into_iter().map(value).collect()
    }

    fn value(self, text: &str) -> Option<String> {
        let one_of = |known: [&str; 2]| known.contains(&text).then(|| text.to_owned());
        match self {
            Self::Client => one_of(["enabled", "disabled"]),
            Self::ChannelTypes => one_of(["public", "private"]),
            Self::RoleSettings => one_of(["user_role", "channel_role"]),
            Self::Workspaces | Self::Teams if text == "*" => Some(text.to_owned()),
            Self::Workspaces => Id::Workspace.read(text),
            Self::Teams => Id::Uuid.read(text),
        }
    }

    fn described(self) -> &'static str {
        match self {
            Self::Client => "`enabled` or `disabled`",
            Self::ChannelTypes => "`public` or `private`",
            Self::RoleSettings => "`user_role` or `channel_role`",
            Self::Workspaces => "the id of a Slack workspace, like `T012AB3CD`, or `*`",
            Self::Teams => "the id of a team of Microsoft Teams, a UUID, or `*`",
        }
    }
}

impl Id {
    /// UUIDs are written in both cases; this is the one in which they are compared.
    fn read(self, text: &str) -> Option<String> {
        match self {
            Self::Workspace => SlackTeamId::parse(text).ok().map(|id| id.as_str().to_owned()),
            Self::Tenant if text == "*" => Some(text.to_owned()),
            Self::Tenant | Self::Uuid => Uuid::parse(text).ok().map(|id| id.as_str().to_lowercase()),
        }
    }

    fn described(self) -> &'static str {
        match self {
            Self::Workspace => "the id of a Slack workspace, like `T012AB3CD`",
            Self::Tenant => "the id of a tenant of Microsoft 365, a UUID, or `*`",
            Self::Uuid => "the id of a tenant or a team of Microsoft Teams, a UUID",
        }
    }
}

fn child_operators(place: &Place, node: Node) -> Result<ChildOperators, BadDocument> {
    let at = place.then(CHILD_OPERATORS);
    let wrong = || at.bad("must be `[\"@@all\"]`, `[\"@@none\"]`, or a list of `@@assign`, `@@append` and `@@remove`");
    let Node::List(nodes) = node else { return Err(wrong()) };
    let mut names = BTreeSet::new();
    for node in nodes {
        let Node::Text(text) = node else { return Err(wrong()) };
        names.insert(text.to_lowercase());
    }
    let known = ["@@all", "@@none", "@@assign", "@@append", "@@remove"];
    let stands_alone = |name: &str| names.contains(name) && names.len() > 1;
    if names.is_empty() || !names.iter().all(|name| known.contains(&name.as_str())) {
        return Err(wrong());
    }
    if stands_alone("@@all") || stands_alone("@@none") {
        return Err(wrong());
    }
    let has = |name: &str| names.contains("@@all") || names.contains(name);
    Ok(ChildOperators { assign: has("@@assign"), append: has("@@append"), remove: has("@@remove") })
}

impl ChildOperators {
    pub(super) fn allow(self, operator: Operator) -> bool {
        match operator {
            Operator::Assign => self.assign,
            Operator::Append => self.append,
            Operator::Remove => self.remove,
        }
    }

    /// Of two policies of one level, or of two levels: what both allow.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            assign: self.assign && other.assign,
            append: self.append && other.append,
            remove: self.remove && other.remove,
        }
    }
}

impl Operator {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Assign => "@@assign",
            Self::Append => "@@append",
            Self::Remove => "@@remove",
        }
    }
}

impl Place {
    fn then(&self, key: &str) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.to_owned());
        Self(keys)
    }

    fn bad(&self, problem: &str) -> BadDocument {
        let place = if self.0.is_empty() { "the policy".to_owned() } else { echoed(&self.to_string()) };
        BadDocument { place, problem: problem.to_owned() }
    }

    pub(super) fn keys(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// All places above, the top first, each with the place below it that leads here.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = (Self, Self)> {
        let upto = |length: usize| Self(self.0.iter().take(length).cloned().collect());
        (0..self.0.len()).map(move |length| (upto(length), upto(length.saturating_add(1))))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// What an administrator wrote, bounded, in an error that they read.
pub(super) fn echoed(text: &str) -> String {
    const LENGTH: usize = 200;
    text.chars().take(LENGTH).collect::<String>().escape_debug().to_string()
}
