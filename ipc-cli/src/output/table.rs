//! Rows whose columns stand under each other.

use anstyle::Style;

use super::style::styled;

/// What is put between two columns.
const GAP: &str = "  ";

/// Rows of cells, each in its style.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Vec<(Style, String)>>);

impl Table {
    pub(crate) fn row<const COLUMNS: usize>(&mut self, cells: [(Style, String); COLUMNS]) {
        self.0.push(cells.into());
    }

    /// The lines: each column is as wide as its widest cell, the last one as it is.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let width =
            |column: usize| self.0.iter().filter_map(|row| row.get(column)).map(|(_, cell)| letters(cell)).max();
        let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
        let line = |row: &Vec<(Style, String)>| {
            let last = row.iter().rposition(|(_, cell)| !cell.is_empty());
            let cells = row.iter().zip(&widths).enumerate().take(last.map_or(0, |last| last + 1));
            let cells = cells.map(|(at, ((style, cell), width))| {
                let blanks = if Some(at) == last { 0 } else { width - letters(cell) };
                format!("{}{}", styled(*style, cell), " ".repeat(blanks))
            });
            cells.collect::<Vec<_>>().join(GAP)
        };
        self.0.iter().map(line).collect()
    }
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::default();
        let plain = |text: &str| (Style::new(), text.to_owned());
        table.row([plain("a"), plain("ü"), plain("what it is")]);
        table.row([plain("long"), plain("bb"), plain("")]);
        table.row([plain("x"), plain(""), plain("end")]);
        assert_eq!(table.lines(), ["a     ü   what it is", "long  bb", "x         end"]);
    }
}
