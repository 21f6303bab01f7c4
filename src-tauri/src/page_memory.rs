//! How much memory the pages and OpenGL take. `main` calls it before the first thread starts.

/// Sets what WebKitGTK and GTK read of the environment. Processes of the web view inherit the variables. A value that the
/// user set stays.
pub fn limit_page_memory() {
    #[cfg(target_os = "linux")]
    for (name, value) in variables(std::path::Path::new("/dev/dri")) {
        if let Err(error) = glib::setenv(name, value, false) {
            tracing::warn!(%error, name, "the page uses the defaults of the web view");
        }
    }
}

/// What keeps WebKitGTK and GTK from loading OpenGL, except in the process of the page.
#[cfg(target_os = "linux")]
const WITHOUT_OPENGL: [(&str, &str); 3] = [
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    ("GDK_GL", "disable"),
    // No device has this name.
    ("WEBKIT_WEB_RENDER_DEVICE_FILE", "none"),
];

/// Returns the variables for a computer with the graphics devices of a folder.
///
/// `JSC_forceRAMSize`: the page collects its garbage as if the computer had 384 MiB of memory. WebKitGTK lets the heap of a
/// page double before it collects garbage, while the heap is below a quarter of the memory of the computer. During a
/// migration of 6,000 images, garbage took 200 MB. Source: `forceRAMSize` in `JavaScriptCore/runtime/OptionsList.h`, and
/// `Heap::proportionalHeapSize`.
///
/// Without a graphics card that can render, an OpenGL that runs on the processor takes memory and draws nothing sooner:
/// - `WEBKIT_DISABLE_DMABUF_RENDERER`: WebKitGTK would compose the page with it, which takes some 100 MB more than drawing the
///   page directly.
/// - `GDK_GL` (documented in *Running GTK+ Applications*) and `WEBKIT_WEB_RENDER_DEVICE_FILE`: the main process would load it, too,
///   GTK for windows that draw with it, and WebKitGTK 2.50 to find the card, in `webkit_web_view_load_uri`. Its compiler takes
///   15 to 20 MB.
#[cfg(target_os = "linux")]
fn variables(devices: &std::path::Path) -> Vec<(&'static str, &'static str)> {
    // One node per graphics card that can render, such as `renderD128`. The folder exists only if there is a card.
    let is_render_node = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b"renderD");
    let has_render_node = std::fs::read_dir(devices)
        .is_ok_and(|devices| devices.flatten().any(|device| is_render_node(&device.file_name())));
    let mut variables = vec![("JSC_forceRAMSize", "402653184")];
    if !has_render_node {
        variables.extend(WITHOUT_OPENGL);
    }
    variables
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn pages_are_drawn_directly_without_a_card_that_can_render() {
        let folder = tempfile::tempdir().unwrap();
        for (case, (devices, is_direct)) in [
            (&[][..], true),
            (&["by-path", "card0"], true),
            (&["card0", "renderD128"], false),
            (&["renderD129"], false),
        ]
        .into_iter()
        .enumerate()
        {
            let dri = folder.path().join(case.to_string());
            std::fs::create_dir(&dri).unwrap();
            for device in devices {
                std::fs::write(dri.join(device), "").unwrap();
            }
            let variables = variables(&dri);
            for direct in WITHOUT_OPENGL {
                assert_eq!(variables.contains(&direct), is_direct, "{devices:?}: {direct:?}");
            }
        }
        let names: Vec<_> =
            variables(&folder.path().join("absent")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "JSC_forceRAMSize",
                "WEBKIT_DISABLE_DMABUF_RENDERER",
                "GDK_GL",
                "WEBKIT_WEB_RENDER_DEVICE_FILE",
            ]
        );
    }
}
