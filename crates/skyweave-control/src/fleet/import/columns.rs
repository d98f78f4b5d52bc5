//! The columns of an import file.

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The key that the terminal proves itself with. Needed.
    HardwareKey,
    /// The serial number of the kit.
    Serial,
    /// The model.
    Model,
    /// The id of the account that registers it.
    Account,
    /// The id of the service line that it is attached to at once.
    ServiceLine,
    /// The id or name of the organization whose property it is.
    Owner,
    /// The id or name of the organization that paid for it and gave it.
    Donor,
    /// The id or name of the organization that uses it.
    Operator,
    /// Words to find it by, apart by `;`.
    Tags,
    /// Anything else.
    Note,
}

/// All columns with their names. Only `hardware_key` must be there; an empty field is a missing one.
pub const COLUMNS: [(Column, &str); 10] = [
    (Column::HardwareKey, "hardware_key"),
    (Column::Serial, "serial"),
    (Column::Model, "model"),
    (Column::Account, "account"),
    (Column::ServiceLine, "service_line"),
    (Column::Owner, "owner"),
    (Column::Donor, "donor"),
    (Column::Operator, "operator"),
    (Column::Tags, "tags"),
    (Column::Note, "note"),
];

impl Column {
    /// Its name in the first line of a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
    }
}

/// All names, for messages.
pub(super) fn names() -> String {
    COLUMNS.map(|(_, name)| name).join(", ")
}

/// The columns in the order of a file.
///
/// # Errors
/// What is wrong with the first line.
pub(super) fn read(heading: &csv::StringRecord) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    for (place, name) in heading.iter().enumerate() {
        let known = COLUMNS.iter().find(|(_, known)| *known == name.trim());
        let Some((column, _)) = known else {
            let shown = crate::refused::shown(name);
            return Err(format!("column {} is named `{shown}`, which is unknown", place + 1));
        };
        if columns.contains(column) {
            return Err(format!("there are two columns named `{}`", column.name()));
        }
        columns.push(*column);
    }
    if columns.contains(&Column::HardwareKey) {
        Ok(columns)
    } else {
        Err("there is no column named `hardware_key`".to_owned())
    }
}
