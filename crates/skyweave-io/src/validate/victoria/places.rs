//! Where traces are from, by their names.

use crate::validate::ValidateError;
use crate::validate::geometry::Terminal;
use crate::validate::rtt::sites::{self, Site};
use crate::validate::serving;
use std::path::Path;

/// A place that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub terminal: Terminal,
    pub about: String,
}

/// All places that a data folder names.
pub(super) struct Atlas {
    /// Words of a name, and the place.
    places: Vec<(Vec<String>, Entry)>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// What it is called where it is listed.
    name: String,
    found: Result<Found, String>,
}

impl Atlas {
    /// The sites of `rtt/`, and for names that are not there, those of `serving-satellite/`.
    pub fn read(data: &Path) -> Result<Self, ValidateError> {
        let mut places: Vec<(Vec<String>, Entry)> = Vec::new();
        for site in sites::read(data)? {
            let entry = Entry { name: site.name.clone(), found: of_site(&site) };
            places.push((words(&site.name), entry));
        }
        for (names, place) in serving::named_places(data)? {
            let terminal = Terminal {
                latitude_deg: place.geodetic.latitude_rad.to_degrees(),
                longitude_deg: place.geodetic.longitude_rad.to_degrees(),
                pop: None,
            };
            for name in names {
                let about = format!(
                    "at `{name}` of serving-satellite/sites.csv; no PoP is listed: the nearest is taken"
                );
                let found = Ok(Found { terminal: terminal.clone(), about });
                if !places.iter().any(|(known, _)| begins(known, &words(&name)).is_some()) {
                    places.push((words(&name), Entry { name, found }));
                }
            }
        }
        Ok(Self { places })
    }

    /// The place with most words at the beginning of a trace's name, or what is needed.
    pub fn find(&self, trace: &str) -> Result<Found, String> {
        let of_trace = words(trace);
        let mut best: Vec<(usize, &Entry)> = Vec::new();
        for (site, entry) in &self.places {
            let Some(length) = begins(site, &of_trace) else { continue };
            let most = best.first().map_or(0, |(most, _)| *most);
            if length > most {
                best.clear();
            }
            if length >= most && !best.iter().any(|(_, other)| other.name == entry.name) {
                best.push((length, entry));
            }
        }
        match best.as_slice() {
            [(_, entry)] => entry.found.clone(),
            [] => Err(format!(
                "where it was taken is not known; needed: a row of a table in rtt/ with columns site, latitude_deg, longitude_deg, pop, and \
                 the words of the site at the beginning of `{trace}`"
            )),
            several => {
                let names: Vec<String> =
                    several.iter().map(|(_, entry)| format!("`{}`", entry.name)).collect();
                Err(format!(
                    "it may have been taken at {}; needed: all words of the site at the beginning of `{trace}`",
                    names.join(" or ")
                ))
            }
        }
    }
}

fn of_site(site: &Site) -> Result<Found, String> {
    let about = format!("at `{}` of rtt/; {}", site.name, site.about_home());
    site.terminal().map(|terminal| Found { terminal, about: about.clone() }).ok_or(about)
}

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// How many words of a site a trace's name begins with: all, or all but the last one (a country) of several.
fn begins(site: &[String], trace: &[String]) -> Option<usize> {
    let common = site.iter().zip(trace).take_while(|(a, b)| a == b).count();
    (common > 0 && common + 1 >= site.len().max(2)).then_some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_begins_with_the_words_of_its_site() {
        for (site, trace, length) in [
            ("victoria-canada", "victoria_bentpipe_1", Some(1)),
            ("victoria-canada", "victoria-canada.2", Some(2)),
            ("salt-lake-city-usa", "Salt_Lake_City_3", Some(3)),
            ("salt-lake-city-usa", "salt_flats_3", None),
            ("san-francisco-usa", "san_diego_1", None),
            ("ghana", "ghana_bentpipe", Some(1)),
            ("ghana", "bentpipe_ghana", None),
            ("", "bentpipe", None),
        ] {
            assert_eq!(begins(&words(site), &words(trace)), length, "{site} {trace}");
        }
    }

    fn atlas(names: &[&str]) -> Atlas {
        let place = |name: &&str| {
            let terminal = Terminal { latitude_deg: 0.0, longitude_deg: 0.0, pop: None };
            let found = Ok(Found { terminal, about: (*name).to_owned() });
            (words(name), Entry { name: (*name).to_owned(), found })
        };
        Atlas { places: names.iter().map(place).collect() }
    }

    #[test]
    fn two_places_of_one_name_are_not_guessed_between() {
        let two = atlas(&["victoria-canada", "victoria-seychelles"]);
        let unclear = two.find("victoria_bentpipe_1").map(|found| found.about);
        assert!(unclear.is_err_and(|why| why.contains("`victoria-canada` or `victoria-seychelles`")));
        let clear = two.find("victoria_seychelles_1").map(|found| found.about);
        assert_eq!(clear, Ok("victoria-seychelles".to_owned()));
        let unknown = two.find("bentpipe_7").map(|found| found.about);
        assert!(unknown.is_err_and(|why| why.contains("latitude_deg, longitude_deg, pop")));
        // one site in tables of two months is one place
        assert!(atlas(&["lima-peru", "lima-peru"]).find("lima_1").is_ok());
    }
}
