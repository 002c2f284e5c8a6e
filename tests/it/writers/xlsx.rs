//! XLSX, by way of `rust_xlsxwriter`.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::book::{Book, Moment, Page, Value};

/// The last row and column of a sheet, from 0.
pub const LAST_CELL: (u32, u16) = (1_048_575, 16_383);

/// `inline_strings`: texts stand in the cells, as exporters that stream write them, not in a table of
/// shared strings. Sheets with merged cells are always of the second kind.
pub fn write(book: &Book, inline_strings: bool) -> Vec<u8> {
    let mut workbook = new_workbook();
    for page in &book.sheets {
        let worksheet = match inline_strings && page.merges.is_empty() {
            true => workbook.add_worksheet_with_constant_memory().expect("a folder for what is streamed"),
            false => workbook.add_worksheet(),
        };
        worksheet.set_name(&page.name).expect("a name for a sheet");
        fill(worksheet, page);
    }
    workbook.save_to_buffer().expect("a workbook in memory")
}

/// A sheet whose only cell besides the given ones stands in the last corner, XFD1048576.
pub fn with_far_corner(page: &Page, corner: &str) -> Vec<u8> {
    let mut workbook = new_workbook();
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(&page.name).expect("a name for a sheet");
    fill(worksheet, page);
    worksheet.write_string(LAST_CELL.0, LAST_CELL.1, corner).expect("the last cell");
    workbook.save_to_buffer().expect("a workbook in memory")
}

/// The bytes do not depend on the day.
fn new_workbook() -> Workbook {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2024, 4, 1).expect("a date");
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    workbook
}

fn fill(worksheet: &mut Worksheet, page: &Page) {
    let plain = Format::new();
    let days = Format::new().set_num_format("dd/mm/yyyy");
    let moments = Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    for merge in &page.merges {
        let (top, left) = at(merge.top, merge.left);
        let (bottom, right) = at(merge.bottom, merge.right);
        worksheet.merge_range(top, left, bottom, right, "", &plain).expect("cells to merge");
    }
    for (row, values) in page.rows.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let (row, column) = at(row, column);
            match value {
                Value::Empty => continue,
                Value::Text(text) => worksheet.write_string(row, column, text),
                Value::Number(number) => worksheet.write_number(row, column, *number),
                Value::Date(moment) => {
                    let format = if moment.has_time() { &moments } else { &days };
                    worksheet.write_datetime_with_format(row, column, date_time(*moment), format)
                }
            }
            .expect("a cell within the limits of XLSX");
        }
    }
}

fn at(row: usize, column: usize) -> (u32, u16) {
    (u32::try_from(row).expect("a row"), u16::try_from(column).expect("a column"))
}

fn date_time(moment: Moment) -> ExcelDateTime {
    ExcelDateTime::from_ymd(moment.year, moment.month, moment.day)
        .and_then(|day| day.and_hms(u16::from(moment.hour), moment.minute, moment.second))
        .expect("a date that Excel knows")
}
