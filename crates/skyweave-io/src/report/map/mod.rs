//! Two maps: who is served, and how far away the internet is.

mod dots;
mod labels;
mod land;
mod view;

use super::cell::Cell;
use super::data::Data;
use super::error::ReportError;
use super::html::{Text, put};
use super::scale::{self, Class};
use super::words::count;
use crate::borders::Borders;
use labels::Label;
use view::View;

/// Radius of a site's mark, px.
const MARK: f64 = 3.5;

pub fn section(html: &mut String, data: &Data) -> Result<(), ReportError> {
    let cells = data.cells.all.iter().map(|cell| (cell.latitude_deg, cell.longitude_deg));
    let sites = data.sites.iter().map(|site| (site.latitude_deg, site.longitude_deg));
    let view = View::around(cells.chain(sites));
    let borders = Borders::builtin().map_err(ReportError::Borders)?;
    html.push_str("<section><h2>Where</h2>\n");
    put!(
        html,
        "<p>{} cells where somebody is to be served, over the whole run. Equirectangular projection.</p>\n",
        count(data.cells.all.len() as f64)
    );
    html.push_str("<svg class=\"defs\" aria-hidden=\"true\"><defs>");
    land::define(html, &view, &borders);
    html.push_str("</defs></svg>\n");
    put!(html, "<div class=\"maps {}\">\n", if view.is_wide() { "wide" } else { "narrow" });
    let share = |cell: &Cell| scale::of_share(cell.served_share());
    map(
        html,
        data,
        &view,
        "Share of slots with service",
        "of the slots in which somebody asks",
        &scale::COVERAGE,
        share,
    );
    let rtt = |cell: &Cell| scale::of_rtt(cell.rtt_ms());
    map(html, data, &view, "Mean round-trip time while served", "ms", &scale::RTT, rtt);
    html.push_str("</div></section>\n");
    Ok(())
}

fn map(
    html: &mut String,
    data: &Data,
    view: &View,
    title: &str,
    unit: &str,
    classes: &[Class],
    class_of: impl Fn(&Cell) -> usize,
) {
    let (width, height) = view.size();
    put!(html, "<figure class=\"map\"><figcaption><b>{title}</b></figcaption>\n");
    put!(
        html,
        "<div class=\"scroll\"><svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"Map: {title}\">"
    );
    put!(html, "<rect class=\"sea\" width=\"{width:.0}\" height=\"{height:.0}\"/>");
    html.push_str(land::USE);
    let counts = dots::draw(html, view, &data.cells, classes, class_of);
    sites(html, data, view);
    html.push_str("</svg></div>\n");
    legend(html, unit, classes, &counts);
    html.push_str("</figure>\n");
}

/// Marks with names; names that would cover others are left to tooltips.
fn sites(html: &mut String, data: &Data, view: &View) {
    let places: Vec<(f64, f64)> =
        data.sites.iter().map(|site| view.place(site.latitude_deg, site.longitude_deg)).collect();
    let names: Vec<&str> = data.sites.iter().map(|site| site.name.as_str()).collect();
    let labels = labels::arrange(&places, &names, view.size());
    html.push_str("<g class=\"site\">");
    for ((name, (x, y)), label) in names.iter().zip(&places).zip(labels) {
        let name = Text(name);
        put!(html, "<g><title>{name}</title><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{MARK}\"/>");
        if let Some(Label { x, y, anchor }) = label {
            put!(html, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{name}</text>");
        }
        html.push_str("</g>");
    }
    html.push_str("</g>");
}

/// The classes with the number of cells in each; those that are empty at either end are left out.
fn legend(html: &mut String, unit: &str, classes: &[Class], counts: &[usize]) {
    put!(html, "<ul class=\"classes\"><li class=\"unit\">{unit}; small figures: number of cells</li>");
    for (class, cells) in classes.iter().zip(counts).filter(|(_, cells)| **cells > 0) {
        put!(
            html,
            "<li><span class=\"swatch {}\"></span>{} <small>{}</small></li>",
            class.css,
            class.label,
            count(*cells as f64)
        );
    }
    html.push_str("</ul>\n");
}
