//! The end of the page: where everything comes from.

use super::data::Data;
use super::html::{Text, put};

/// Closes the page.
pub fn end(html: &mut String, data: &Data) {
    let run = &data.run;
    html.push_str("<section><h2>Where this comes from</h2>\n<dl class=\"origin\">\n");
    let facts = [
        ("Scenario, SHA-256", run.scenario_sha256.clone()),
        ("Seed", run.seed.to_string()),
        ("Slots", format!("{} to {}, the last excluded", run.from_slot, run.until_slot)),
        ("Version of the tables", run.format_version.to_string()),
        ("Program", format!("Skyweave {}", run.skyweave_version)),
        (
            "Borders on the maps",
            "Natural Earth 1:50 million, simplified; one view where they are disputed".to_owned(),
        ),
    ];
    for (name, value) in facts {
        put!(html, "<div><dt>{name}</dt><dd>{}</dd></div>\n", Text(&value));
    }
    put!(
        html,
        "</dl>\n<details><summary>The scenario as it was run</summary>\n<pre>{}</pre></details></section>\n",
        Text(&data.scenario_text)
    );
    html.push_str("</main>\n</body>\n</html>\n");
}
