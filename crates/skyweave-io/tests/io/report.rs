//! The page of a small result: what is on it, what must never be on it, and what is said when it cannot be made.

#[cfg(test)]
mod page {
    use skyweave_core::admission::Admission;
    use skyweave_core::plan;
    use skyweave_io::report::{self, ReportError};
    use skyweave_io::results::{Header, Options, ResultsError, Writer};
    use skyweave_io::scenario::{self, Source};
    use std::fs;
    use std::path::Path;
    use std::sync::OnceLock;
    use tempfile::TempDir;

    const HOSTILE: &str = "<script>alert(1)</script>";
    const HOSTILE_EVENT: &str = "\\\"><img src=x onerror=alert(2)>";

    /// Eight slots. In the middle of them everything within reach of two of the three sites fails.
    fn scenario_text() -> String {
        format!(
            r#"format = 1
name = "small </title><script>alert(3)</script>"
description = "Three places & a failure."
seed = 1

[time]
start = "2026-05-20T12:00:00Z"
duration = "2min"

[constellation]
builtin = "shells-2026"

[lasers]
pattern = "none"

[[sites]]
name = "kyiv"
latitude_deg = 50.45
longitude_deg = 30.52

[[sites]]
name = "{HOSTILE}"
latitude_deg = 49.84
longitude_deg = 24.03

[[sites]]
name = "tokyo"
latitude_deg = 35.68
longitude_deg = 139.69

[[events]]
at = "+30s"
label = "what is near fails"
fail = {{ area = {{ within = {{ latitude_deg = 50.0, longitude_deg = 27.0, radius_km = 3500 }} }} }}

[[events]]
at = "+90s"
label = "{HOSTILE_EVENT}"
demand = {{ area = {{ world = true }}, factor = 2.0 }}
"#
        )
    }

    fn plan_into(dir: &Path) {
        let source = Source { name: "small.toml".to_owned(), text: scenario_text() };
        let prepared = scenario::prepare(&source, Path::new(".")).unwrap();
        let header = Header::of(&prepared, "unsigned", "1.2.3");
        let writer = Writer::open(dir, header, Options::default()).unwrap();
        let world = &prepared.world;
        for hour in writer.hours() {
            let mut part = writer.begin(hour).unwrap();
            let slots = plan::hour(world, |no| Admission::declared(world, no), hour);
            for slot in slots.take_while(|slot| slot.no < prepared.end) {
                if slot.no >= prepared.first {
                    part.slot(world, &slot).unwrap();
                }
            }
            part.finish().unwrap();
        }
        writer.finish().unwrap();
    }

    /// The result, planned once for all tests.
    fn result() -> &'static Path {
        static RESULT: OnceLock<TempDir> = OnceLock::new();
        let result = RESULT.get_or_init(|| {
            let dir = TempDir::new().unwrap();
            plan_into(dir.path());
            dir
        });
        result.path()
    }

    fn page_of(result: &Path) -> String {
        let dir = TempDir::new().unwrap();
        let page = dir.path().join("page.html");
        report::write(result, &page).unwrap();
        let names: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["page.html"], "nothing else is left behind");
        fs::read_to_string(page).unwrap()
    }

    fn page() -> &'static str {
        static PAGE: OnceLock<String> = OnceLock::new();
        PAGE.get_or_init(|| page_of(result()))
    }

    #[test]
    fn it_is_whole_and_says_what_was_planned() {
        let page = page();
        assert!(page.starts_with("<!DOCTYPE html>\n"));
        assert!(page.ends_with("</html>\n"));
        for told in [
            "Three places &amp; a failure.",
            "2026-05-20 12:00:12 to 2026-05-20 12:02:12 UTC, 8 slots of 15 s",
            "unsigned (declared by the scenario, signed by nobody)",
            "Skyweave 1.2.3",
            "propagation and the median of medium access",
            "coarse (Skyweave",
            "Terminals served",
            "3 cells where somebody is to be served",
            "latitude_deg = 35.68",
        ] {
            assert!(page.contains(told), "{told}");
        }
    }

    #[test]
    fn every_opened_element_is_closed() {
        let page = page();
        for element in
            ["section", "figure", "table", "svg", "div", "ul", "dl", "details", "g", "text", "title"]
        {
            let opened =
                page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
            let closed = page.matches(&format!("</{element}>")).count();
            assert!(opened > 0, "{element}");
            assert_eq!(opened, closed, "{element}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf "));
    }

    #[test]
    fn it_needs_nothing_else() {
        let page = page().to_lowercase();
        for outside in [
            "src=\"",
            "href=\"http",
            "href=\"//",
            "@import",
            "url(",
            "<script",
            "<link",
            "<iframe",
            "<object",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("content-security-policy\" content=\"default-src 'none';"));
    }

    #[test]
    fn sites_are_named_on_the_maps_in_the_table_and_over_their_charts() {
        let page = page();
        for site in ["kyiv", "tokyo", "&lt;script&gt;alert(1)&lt;/script&gt;"] {
            assert_eq!(page.matches(&format!("<g><title>{site}</title><circle")).count(), 2, "{site}");
            assert!(page.contains(&format!("<th scope=\"row\">{site}</th>")), "{site}");
            assert!(page.contains(&format!("<figcaption><b>{site}</b>")), "{site}");
        }
    }

    #[test]
    fn events_are_in_charts_and_in_the_table() {
        let page = page();
        assert!(page.contains("<title>12:00:42 what is near fails</title><path"), "in charts");
        assert!(page.contains("<b>A</b> <time>12:00:42</time> what is near fails"), "in the key");
        assert!(page.contains("<th scope=\"row\">A what is near fails</th>"), "in the table");
        // three sites and six charts of the network, two events each
        assert_eq!(page.matches("<g class=\"event\">").count(), 2 * (3 + 6));
    }

    #[test]
    fn outages_are_shaded_and_listed_with_their_reason() {
        let page = page();
        assert!(page.contains(
            "<title>12:00:42 to 12:02:12: no_gateway (satellites are there, none can reach a gateway)"
        ));
        let listed = "<td>2026-05-20 12:00:42</td><td>2026-05-20 12:02:12</td><td class=\"n\">90 s</td><td>no_gateway</td>";
        assert!(page.contains(&format!("<th scope=\"row\">kyiv</th>{listed}")));
        assert!(!page.contains(&format!("<th scope=\"row\">tokyo</th>{listed}")));
    }

    #[test]
    fn names_are_inert() {
        let page = page();
        assert!(!page.contains("<script"));
        assert!(!page.contains("<img"));
        assert!(page.contains("&quot;&gt;&lt;img src=x onerror=alert(2)&gt;"));
        assert!(page.contains(
            "<title>small &lt;/title&gt;&lt;script&gt;alert(3)&lt;/script&gt; – Skyweave report</title>"
        ));
    }

    #[test]
    fn the_same_result_gives_the_same_bytes() {
        let other = TempDir::new().unwrap();
        plan_into(other.path());
        assert!(page_of(result()) == page(), "the page twice");
        assert!(page_of(other.path()) == page(), "the page of the same scenario, planned again");
    }

    #[test]
    fn a_page_that_is_there_is_replaced() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("page.html");
        fs::write(&path, "old").unwrap();
        report::write(result(), &path).unwrap();
        assert!(fs::read_to_string(path).unwrap() == page());
    }

    #[test]
    fn a_page_that_cannot_be_written_is_one_clear_error() {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let page = file.join("page.html");
        let error = report::write(result(), &page).unwrap_err();
        assert!(matches!(&error, ReportError::Io { path, .. } if *path == page), "{error:?}");
        let said = error.to_string();
        assert!(said.ends_with(&format!(" the page {}", page.display())), "{said}");

        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let error = report::write(result(), &folder).unwrap_err().to_string();
        assert_eq!(error, format!("cannot put in place the page {}", folder.display()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_folder_without_a_result_is_one_clear_error() {
        let dir = TempDir::new().unwrap();
        let page = dir.path().join("page.html");
        let error = report::write(dir.path(), &page).unwrap_err();
        assert!(matches!(error, ReportError::Results(ResultsError::NotARun { .. })), "{error:?}");
        assert!(error.to_string().ends_with("holds no run: there is no run.json in it"), "{error}");
        assert!(!page.exists());
    }
}
