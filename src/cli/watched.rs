//! Whom to watch (rule 4): profiles, numbers and prefixes as typed, lists, and what is delegated to a country, put together.

use ipnet::IpNet;

use super::args::Target;
use super::filters::Filters;
use super::plan::PlanError;
use super::values::TypedPrefix;
use crate::model::Asn;
use crate::report::text::plural;
use crate::target::names::{self, Names};
use crate::target::{Profile, read_delegated, read_names, read_origins, read_prefixes};

/// The target of those who name none.
pub const DEFAULT_PROFILE: &str = "north-korea";

/// A target, resolved.
pub struct Watched {
    /// How it is called.
    pub label: String,
    /// Sorted.
    pub origins: Vec<Asn>,
    /// ASes of the target that are no origins.
    pub siblings: Vec<Asn>,
    /// Sorted.
    pub prefixes: Vec<IpNet>,
    /// Whether a first pass must find prefixes.
    pub discovers: bool,
    /// Names of ASes.
    pub names: Names,
    /// What was made of what was typed, where that may surprise.
    pub notes: Vec<String>,
}

/// A target on the command line replaces the default profile; a profile that is named as well is added to it.
pub fn watched(typed: Target, filters: &Filters) -> Result<Watched, PlanError> {
    let notes = typed.prefix.iter().filter_map(TypedPrefix::remark).collect();
    let default = Profile::load(DEFAULT_PROFILE)?;
    let profile = match &typed.profile {
        Some(name) => Profile::load(name)?,
        None if typed.is_own() => Profile::default(),
        None => default.clone(),
    };
    // Names are decoration: the built-in ones serve any target, the profile's and the file's go before them.
    let mut names = names::built_in();
    names.extend(default.names);
    names.extend(profile.names);
    if let Some(path) = &typed.names {
        names.extend(read_names(path)?);
    }
    let mut called = vec![profile.label];
    let (mut origins, mut prefixes) = (profile.origins, profile.prefixes);
    origins.extend(typed.origin);
    prefixes.extend(typed.prefix.iter().map(|prefix| prefix.net));
    if let Some(path) = &typed.origin_file {
        origins.extend(read_origins(path)?);
    }
    if let Some(path) = &typed.prefix_file {
        prefixes.extend(read_prefixes(path)?);
    }
    for country in typed.country {
        let delegated = read_delegated(&typed.delegated, &country)?;
        origins.extend(delegated.origins);
        prefixes.extend(delegated.prefixes);
        called.push(country);
    }
    origins.sort_unstable();
    origins.dedup();
    prefixes.sort_unstable();
    prefixes.dedup();
    if typed.discover && origins.is_empty() {
        return Err(PlanError::NothingToDiscover);
    }
    let discovers = typed.discover || prefixes.is_empty();
    prefixes.retain(|prefix| filters.has_family(*prefix));
    called.retain(|name| !name.is_empty());
    let mut label = label(&called.join(" and "), &origins, &prefixes);
    if let Some(family) = filters.family {
        if prefixes.is_empty() && !discovers {
            return Err(PlanError::NoFamily { family: family.text() });
        }
        label = match label.strip_suffix(')') {
            Some(open) => format!("{open}, IPv{} only)", family.text()),
            None => format!("{label} (IPv{} only)", family.text()),
        };
    }
    Ok(Watched { label, origins, siblings: profile.siblings, prefixes, discovers, names, notes })
}

impl Target {
    /// Whether it says whom to watch.
    fn is_own(&self) -> bool {
        let lists = [&self.origin_file, &self.prefix_file];
        let typed_none = self.origin.is_empty() && self.prefix.is_empty() && self.country.is_empty();
        !(typed_none && lists.iter().all(|list| list.is_none()))
    }
}

fn label(name: &str, origins: &[Asn], prefixes: &[IpNet]) -> String {
    const NAMED: usize = 4;
    let mut parts: Vec<String> = origins.iter().map(|asn| format!("AS{asn}")).collect();
    parts.extend(prefixes.iter().map(ToString::to_string));
    if parts.len() <= NAMED || name.is_empty() && origins.is_empty() {
        let more = parts.len().saturating_sub(NAMED);
        parts.truncate(NAMED);
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        let parts = parts.join(", ");
        return if name.is_empty() { parts } else { format!("{name} ({parts})") };
    }
    // Of many origins and prefixes their numbers, each its own.
    let origin = match origins {
        many if many.len() > NAMED - 1 => plural(many.len(), "origin"),
        few => few.iter().map(|asn| format!("AS{asn}")).collect::<Vec<_>>().join(", "),
    };
    let watched = if prefixes.is_empty() { String::new() } else { plural(prefixes.len(), "watched prefix") };
    match (name, watched.is_empty(), origin.is_empty()) {
        ("", true, _) => origin,
        ("", false, _) => format!("{origin} ({watched})"),
        (_, true, _) => format!("{name} ({origin})"),
        (_, false, true) => format!("{name} ({watched})"),
        (_, false, false) => format!("{name} ({origin}, {watched})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::filters::Family;

    fn target() -> Target {
        Target::default()
    }

    fn watched(typed: Target) -> Result<Watched, PlanError> {
        super::watched(typed, &Filters::default())
    }

    #[test]
    fn a_family_leaves_the_others_out() {
        let of = |family, discover| {
            let filters = Filters { family: Some(family), ..Filters::default() };
            super::watched(Target { discover, ..target() }, &filters)
        };
        let four = of(Family::Four, false).expect("built in");
        assert_eq!((four.label.as_str(), four.prefixes.len()), ("North Korea (AS131279, 175.45.176.0/22, IPv4 only)", 1));
        assert!(matches!(of(Family::Six, false), Err(PlanError::NoFamily { family: "6" })));
        let six = of(Family::Six, true).expect("what the origin announces");
        assert_eq!((six.label.as_str(), six.prefixes.len(), six.discovers), ("North Korea (AS131279, IPv6 only)", 0, true));
    }

    #[test]
    fn a_typed_target_replaces_the_default_profile() {
        let default = watched(target()).expect("built in");
        assert_eq!(default.label, "North Korea (AS131279, 175.45.176.0/22)");
        let own = watched(Target { origin: vec![Asn(17557)], ..target() }).expect("an origin");
        assert_eq!((own.origins, own.prefixes.len(), own.discovers), (vec![Asn(17557)], 0, true));
        let prefix: IpNet = "208.65.153.0/24".parse().expect("a prefix");
        let own = watched(Target { prefix: vec![prefix.into()], ..target() }).expect("a prefix");
        assert_eq!((own.origins.len(), own.prefixes, own.discovers), (0, vec![prefix], false));
        let typed = || (0..35).map(|n| format!("10.{n}.0.0/16").parse::<IpNet>().expect("a prefix").into()).collect();
        let own = watched(Target { origin: vec![Asn(18101)], prefix: typed(), ..target() }).expect("many prefixes");
        assert_eq!(own.label, "AS18101 (35 watched prefixes)");
        let own = watched(Target { prefix: typed(), ..target() }).expect("many prefixes");
        assert_eq!(own.label, "10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, and 31 more");
        let own = watched(Target { profile: Some("telegram-2026".to_owned()), ..target() }).expect("built in");
        assert_eq!(own.label, "Telegram (5 origins, 15 watched prefixes)");
        let found = watched(Target { prefix: vec![prefix.into()], discover: true, ..target() });
        assert!(matches!(found, Err(PlanError::NothingToDiscover)));
    }
}
