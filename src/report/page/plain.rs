//! Drawings for programs that know no custom properties (rsvg-convert, Inkscape, LibreOffice): each shape carries its colours as plain
//! attributes, which are those of paper. What a browser makes of them in the dark stands in a style sheet on top, and overrides them.

use std::borrow::Cow;

/// Families of letters, the first that is there.
const FONT: &str = "font-family=\"Helvetica,Arial,Liberation Sans,Roboto,sans-serif\"";

const INK: &str = "#1b1f24";
const SOFT: &str = "#59636e";
const PAPER: &str = "#ffffff";

/// The colours of series, by day and by night.
const SERIES: [(&str, &str); 8] = [
    ("#0072b2", "#3d9bd6"),
    ("#e69f00", "#f0b030"),
    ("#009e73", "#21b98c"),
    ("#cc79a7", "#dd93bb"),
    ("#56b4e9", "#8fd0f6"),
    ("#d55e00", "#ee7f33"),
    ("#f0e442", "#f3ea6b"),
    ("#8b949e", "#8b949e"),
];

/// Overrides attributes where the reader's screen is dark.
pub fn night() -> String {
    let fixed = "@media (prefers-color-scheme:dark){text,.outage,.strong{fill:#e6edf3}.small{fill:#9aa5b1}.small.strong{fill:#e6edf3}\
                 .halo{stroke:#12161b}.paper,.gone{fill:#12161b}.plot{fill:#1e242b}.covered{fill:#9aa5b1}.line,.other{stroke:#9aa5b1}\
                 .grid,.mark,.ring,.maybe,.openedge,.hl,.dump{stroke:#e6edf3}";
    let series = SERIES.iter().enumerate().map(|(at, (_, dark))| format!(".s{at}{{fill:{dark}}}.c{at}{{stop-color:{dark}}}"));
    format!("{fixed}{}}}", series.collect::<String>())
}

/// What a class comes to, but for those of text.
fn attributes(class: &str) -> Cow<'static, str> {
    let series = |prefix: char| {
        let at = class.strip_prefix(prefix)?.parse::<usize>().ok()?;
        SERIES.get(at).map(|(light, _)| *light)
    };
    let fixed = match class {
        "paper" | "gone" => format!("fill=\"{PAPER}\""),
        "plot" => "fill=\"#f3f5f7\"".to_owned(),
        "grid" => format!("stroke=\"{INK}\" stroke-opacity=\".18\" fill=\"none\""),
        "line" => format!("stroke=\"{SOFT}\" fill=\"none\""),
        "mark" => format!("stroke=\"{INK}\" stroke-width=\"1.2\" fill=\"none\""),
        "ring" => format!("stroke=\"{INK}\" stroke-width=\"1.5\""),
        "maybe" => format!("fill=\"none\" stroke=\"{INK}\" stroke-opacity=\".7\" stroke-dasharray=\"3 3\""),
        "openedge" => format!("stroke=\"{INK}\" stroke-width=\"1.2\" stroke-dasharray=\"2 2\" fill=\"none\""),
        "hl" => format!("stroke=\"{INK}\" stroke-opacity=\".45\" stroke-width=\"1\" fill=\"none\""),
        "t" => "stroke=\"#000000\" stroke-opacity=\".4\" stroke-width=\"1\" fill=\"none\"".to_owned(),
        "outage" => format!("fill=\"{INK}\""),
        "other" => format!("stroke=\"{SOFT}\" stroke-width=\"2\" stroke-dasharray=\"4 2\" fill=\"none\""),
        "covered" => format!("fill=\"{SOFT}\" fill-opacity=\".45\""),
        "dump" => format!("stroke=\"{INK}\" fill=\"none\""),
        "hit" => "fill=\"none\"".to_owned(),
        _ => match (series('s'), series('c')) {
            (Some(colour), _) => format!("fill=\"{colour}\""),
            (_, Some(colour)) => format!("stop-color=\"{colour}\""),
            _ => return Cow::Borrowed(""),
        },
    };
    Cow::Owned(fixed)
}

/// The look of a text by its classes.
fn of_text(classes: &[&str]) -> String {
    let has = |class: &str| classes.contains(&class);
    let (size, fill) = match () {
        () if has("title") => ("16px", INK),
        () if has("small") && !has("strong") => ("11px", SOFT),
        () if has("small") => ("11px", INK),
        () => ("12px", INK),
    };
    let weight = if has("title") || has("strong") { " font-weight=\"600\"" } else { "" };
    let halo = if has("halo") {
        format!(" paint-order=\"stroke\" stroke=\"{PAPER}\" stroke-width=\"3.5px\" stroke-linejoin=\"round\"")
    } else {
        String::new()
    };
    format!("fill=\"{fill}\" font-size=\"{size}\" {FONT}{weight}{halo}")
}

/// The drawing with plain attributes beside its classes. Text between tags, and attributes, are escaped already: each `<` begins a tag.
pub fn plain(drawing: &str) -> String {
    let mut out = String::with_capacity(drawing.len() * 2);
    let mut rest = drawing;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        out.push('<');
        let end = after.find('>').unwrap_or(after.len());
        let (tag, behind) = after.split_at(end);
        let (body, close) = tag.strip_suffix('/').map_or((tag, ""), |body| (body, "/"));
        let classes: Vec<&str> = class_of(body).split_whitespace().collect();
        out.push_str(body);
        let of_classes = classes.iter().map(|class| attributes(class)).filter(|own| !own.is_empty());
        let own: Vec<Cow<'_, str>> = if name_of(body) == "text" { vec![of_text(&classes).into()] } else { of_classes.collect() };
        for attributes in own {
            out.push(' ');
            out.push_str(&attributes);
        }
        out.push_str(close);
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn name_of(tag: &str) -> &str {
    tag.split([' ', '>']).next().unwrap_or_default()
}

fn class_of(tag: &str) -> &str {
    let Some((_, after)) = tag.split_once(" class=\"") else { return "" };
    after.split('"').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page has its colours as custom properties, in the light and in the dark; a picture of its own has these.
    #[test]
    fn a_picture_has_the_colours_of_the_page() {
        let css = include_str!("drawing.css");
        let (light, dark) = css.split_once("@media (prefers-color-scheme:dark)").expect("both");
        let dark = dark.split("@media").next().expect("a rule");
        for (at, (day, night)) in SERIES.into_iter().enumerate() {
            assert!(light.contains(&format!("--c{at}:{day};")), "{at}");
            assert!(dark.contains(&format!("--c{at}:{night}")), "{at}");
        }
        assert!([("ink", INK), ("soft", SOFT)].iter().all(|(name, colour)| light.contains(&format!("--{name}:{colour};"))));
    }

    #[test]
    fn shapes_and_texts_carry_their_colours() {
        let cases = [
            ("<rect class=\"s1\" x=\"0\"/>", "<rect class=\"s1\" x=\"0\" fill=\"#e69f00\"/>"),
            ("<stop class=\"c0\" offset=\"0\"/>", "<stop class=\"c0\" offset=\"0\" stop-color=\"#0072b2\"/>"),
            ("<g class=\"b\"><title>a &lt; b</title></g>", "<g class=\"b\"><title>a &lt; b</title></g>"),
            (
                "<circle class=\"s2 ring\"/>",
                "<circle class=\"s2 ring\" fill=\"#009e73\" stroke=\"#1b1f24\" stroke-width=\"1.5\"/>",
            ),
        ];
        for (drawing, expected) in cases {
            assert_eq!(plain(drawing), expected);
        }
        let text = plain("<text class=\"small halo\" x=\"1\">AS1</text>");
        assert!(text.starts_with("<text class=\"small halo\" x=\"1\" fill=\"#59636e\" font-size=\"11px\""), "{text}");
        assert!(text.contains("paint-order=\"stroke\"") && text.ends_with(">AS1</text>"), "{text}");
        assert!(plain("<text>x</text>").contains("font-size=\"12px\""));
        assert!(night().contains(".s0{fill:#3d9bd6}") && night().ends_with('}'));
    }
}
