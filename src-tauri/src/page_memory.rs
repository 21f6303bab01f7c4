//! How much memory the pages let garbage take. `main` calls it before the first thread starts.

/// Lets the page collect its garbage as if the computer had 384 MiB of memory.
///
/// WebKitGTK lets the heap of a page double before it collects garbage, while the heap is below a quarter of
/// the memory of the computer. During a migration of 6,000 images, garbage took 200 MB. Processes of the web
/// view inherit the variable. A value that the user set stays.
///
/// Source: `forceRAMSize` in `JavaScriptCore/runtime/OptionsList.h`, and `Heap::proportionalHeapSize`.
pub fn limit_page_memory() {
    #[cfg(target_os = "linux")]
    if let Err(error) = glib::setenv("JSC_forceRAMSize", "402653184", false) {
        tracing::warn!(%error, "the page uses the default size of its heap");
    }
}
