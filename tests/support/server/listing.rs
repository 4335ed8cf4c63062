//! Directory listings as the archives' servers write them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A server's way to list a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListingStyle {
    /// nginx: `<pre>`, no sort links. RIS today.
    #[default]
    Nginx,
    /// Apache without icons, newest first. RIS until 2022.
    ApachePlain,
    /// Apache's table with icons and cut names. RouteViews.
    ApacheTable,
}

/// The page of a directory: names with their sizes, folders end with a slash.
pub(super) fn page(style: ListingStyle, path: &str, children: &BTreeMap<String, Option<usize>>) -> String {
    match style {
        ListingStyle::Nginx => nginx(path, children),
        ListingStyle::ApachePlain => apache_plain(path, children),
        ListingStyle::ApacheTable => apache_table(path, children),
    }
}

fn size(octets: Option<usize>) -> String {
    match octets {
        None => "-".to_owned(),
        Some(octets) if octets < 1024 => octets.to_string(),
        Some(octets) if octets < 10 * 1024 => format!("{:.1}K", octets as f64 / 1024.0),
        Some(octets) => format!("{}K", octets.div_ceil(1024)),
    }
}

fn nginx(path: &str, children: &BTreeMap<String, Option<usize>>) -> String {
    let mut page = format!(
        "<html>\r\n<head><title>Index of {path}</title></head>\r\n<body>\r\n<h1>Index of {path}</h1><hr><pre><a href=\"../\">../</a>\r\n"
    );
    for (name, octets) in children {
        write!(page, "<a href=\"{name}\">{name}</a>{:>40} {:>19}\r\n", "01-Oct-2017 12:34", size(*octets)).unwrap();
    }
    page + "</pre><hr></body>\r\n</html>\r\n"
}

fn apache_plain(path: &str, children: &BTreeMap<String, Option<usize>>) -> String {
    let mut page = format!(
        "<title>Index of {path}</title><h1>Index of {path}</h1>\n<pre>      <a href=\"?C=N;O=D\">Name</a>  <a href=\"?C=M;O=A\">Last modified</a>  <a href=\"?C=S;O=A\">Size</a>\n      <a href=\"/\">Parent Directory</a>  -\n"
    );
    for (name, octets) in children.iter().rev() {
        writeln!(page, "      <a href=\"{name}\">{name}</a>  2017-10-01 12:34  {}", size(*octets)).unwrap();
    }
    page + "<hr></pre>\n"
}

fn apache_table(path: &str, children: &BTreeMap<String, Option<usize>>) -> String {
    let mut page = format!(
        "<html><head><title>Index of {path}</title></head><body><h1>Index of {path}</h1><table>\n\
         <tr><th valign=\"top\"><img src=\"/icons/blank.gif\" alt=\"[ICO]\"></th><th><a href=\"?C=N;O=D\">Name</a></th></tr>\n\
         <tr><td valign=\"top\"><img src=\"/icons/back.gif\" alt=\"[PARENTDIR]\"></td><td><a href=\"/up/\">Parent Directory</a></td><td>&nbsp;</td><td align=\"right\">  - </td></tr>\n"
    );
    for (name, octets) in children {
        let shown = if name.len() > 23 { format!("{}..&gt;", &name[..20]) } else { name.clone() };
        writeln!(
            page,
            "<tr><td valign=\"top\"><img src=\"/icons/unknown.gif\" alt=\"[   ]\"></td><td><a href=\"{name}\">{shown}</a></td><td align=\"right\">2017-10-01 12:34  </td><td align=\"right\"> {} </td><td>&nbsp;</td></tr>",
            size(*octets)
        ).unwrap();
    }
    page + "</table></body></html>\n"
}
