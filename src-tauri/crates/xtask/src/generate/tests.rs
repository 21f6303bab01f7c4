//! The generated `index.ts`.

use super::*;

#[test]
fn the_index_exports_each_type_once_and_no_folder() {
    let names = ["A.ts", "B.ts", "serde_json/JsonValue.ts"].map(str::to_owned);
    assert_eq!(
        index(names.iter()),
        "export type { A } from \"./A\";\nexport type { B } from \"./B\";\n"
    );
}
