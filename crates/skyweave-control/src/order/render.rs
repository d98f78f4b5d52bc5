//! An order in words, from its bytes: what somebody reads before signing. Nothing comes from anywhere else.

use skyweave_proof::document::{Document, identity};
use skyweave_proof::hex;
use skyweave_proof::json::Malformed;
use skyweave_proof::order::{Content, Law, Order, Standing};

/// What an order says.
///
/// # Errors
/// The bytes are no order.
pub fn order(bytes: &[u8]) -> Result<String, Malformed> {
    let order = Order::parse(bytes)?;
    let mut text = format!("order {}\nof the fleet {}\n\n", hex(&identity(bytes)), order.fleet);
    let mut line = |name: &str, value: String| {
        text.push_str(&format!("  {name:<12}{value}\n"));
    };
    line("class", order.class.name().to_owned());
    match &order.content {
        Content::Open(matter) => {
            line("what", matter.to_string());
            line("why", matter.reason.clone());
            line("by what law", matter.basis.clone());
            if let Some(relation) = &matter.relation {
                line("relation", format!("{:?} order {}", relation.kind, hex(&relation.order)));
            }
            let preview = &matter.preview;
            line("loses", format!("{} terminals, some {} people", preview.losing, preview.people));
            line("gains", format!("{} terminals", preview.gaining));
            line("preview", hex(&preview.hash));
        }
        Content::Sealed(seal) => {
            line("what", format!("sealed until {}, at most {} bytes", seal.unseal, seal.size));
            line("commitment", hex(&seal.commitment));
        }
    }
    line("asked by", order.requester.clone());
    line("drawn up", order.drawn.to_string());
    line("from", order.start.to_string());
    line("until", order.expires.map_or_else(|| "further notice".to_owned(), |at| at.to_string()));
    text.push_str("\n  what is in force without it\n");
    standing(&order.before, &mut text);
    text.push_str("  what is in force with it\n");
    standing(&order.after, &mut text);
    Ok(text)
}

fn standing(standing: &Standing, text: &mut String) {
    for phase in &standing.phases {
        let law = match &phase.law {
            Law::Sealed(commitment) => format!("sealed {}", hex(commitment)),
            Law::Open(rules) => {
                format!("table {} boundaries {}", hex(&rules.table), hex(&rules.boundaries))
            }
        };
        let from = if phase.from.0 == 0 { "until then".to_owned() } else { phase.from.to_string() };
        text.push_str(&format!("    {from:<22}{law}\n"));
    }
}
