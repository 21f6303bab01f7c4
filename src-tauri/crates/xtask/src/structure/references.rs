//! Which file uses which: resolves the paths in each module to the file that defines their target.
//! Paths inside macros count as well. Code of `#[cfg(test)]` does not.

use std::collections::BTreeSet;
use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Item, ItemUse, Macro, Path as SynPath};

use crate::structure::module_tree::{ModuleId, ModuleTree, is_for_tests, paths_of};

/// Re-exports that refer to each other would otherwise be followed forever.
const MAX_STEPS: usize = 32;

/// The references of one target.
#[derive(Default)]
pub struct References {
    /// The using file and the defining file.
    pub files: BTreeSet<(PathBuf, PathBuf)>,
    /// The importing file, the path it writes, and the file that only re-exports it.
    pub through_re_exports: BTreeSet<(PathBuf, String, PathBuf)>,
}

/// Finds the references between the files of a target.
pub fn find_references(tree: &ModuleTree) -> References {
    let mut references = References::default();
    for (id, module) in tree.modules.iter().enumerate() {
        let mut used = UsedPaths::default();
        for item in module.items.iter().filter(|item| !is_for_tests(attributes_of(item))) {
            used.visit_item(item);
        }
        for (path, is_import, is_public) in used.paths {
            let Some(target) = resolve(tree, id, &path, 0) else { continue };
            let defining = &tree.modules[target.module].file;
            if *defining != module.file {
                // A re-export offers a thing to others; the file itself does not depend on it.
                if !is_public {
                    references.files.insert((module.file.clone(), defining.clone()));
                }
                let through = target.re_export.map(|id| &tree.modules[id].file);
                if let Some(through) =
                    through.filter(|file| is_import && !is_public && **file != module.file)
                {
                    let entry = (module.file.clone(), path.join("::"), through.clone());
                    references.through_re_exports.insert(entry);
                }
            }
        }
    }
    references
}

/// Where a path leads.
struct Target {
    module: ModuleId,
    /// The module whose `pub use` the path went through.
    re_export: Option<ModuleId>,
}

/// Resolves a path to the module that defines its target. Returns `None` for paths to other crates, to
/// modules themselves, and to local names.
fn resolve(tree: &ModuleTree, from: ModuleId, path: &[String], steps: usize) -> Option<Target> {
    if steps > MAX_STEPS {
        return None;
    }
    let mut segments = path.iter().map(String::as_str).peekable();
    let mut at = from;
    match *segments.peek()? {
        "crate" => {
            segments.next();
            at = 0;
        }
        "self" => drop(segments.next()),
        "super" => {
            while segments.next_if_eq(&"super").is_some() {
                at = tree.modules[at].parent?;
            }
        }
        _ => {}
    }
    let mut re_export = None;
    while let Some(name) = segments.next() {
        let module = &tree.modules[at];
        if let Some(child) = module.children.get(name) {
            at = *child;
            continue;
        }
        if module.definitions.contains(name) {
            return Some(Target { module: at, re_export });
        }
        let rest: Vec<String> = segments.map(str::to_owned).collect();
        // An import of the module itself is an alias; that of another module is a re-export.
        if at != from {
            re_export = Some(at);
        }
        let imported = module.imports.get(name).filter(|import| import.as_slice() != path);
        let candidates = imported.cloned().into_iter().chain(
            module.globs.iter().map(|glob| glob.iter().cloned().chain([name.to_owned()]).collect()),
        );
        for mut candidate in candidates {
            candidate.extend(rest.iter().cloned());
            if let Some(found) = resolve(tree, at, &candidate, steps + 1) {
                return Some(Target { re_export: found.re_export.or(re_export), ..found });
            }
        }
        return None;
    }
    None
}

/// Collects the paths that code uses.
#[derive(Default)]
struct UsedPaths {
    /// A path, whether a `use` writes it, and whether that `use` re-exports it.
    paths: Vec<(Vec<String>, bool, bool)>,
}

impl<'a> Visit<'a> for UsedPaths {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_for_tests(attributes_of(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        for (path, _) in paths_of(item) {
            self.paths.push((path, true, is_public));
        }
    }

    fn visit_path(&mut self, path: &'a SynPath) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.push((segments, false, false));
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        self.visit_path(&item.path);
        self.add_tokens(item.tokens.clone());
    }
}

impl UsedPaths {
    /// Adds every `a::b` in the tokens of a macro, which are not parsed.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match &token {
                TokenTree::Ident(name) if colons == 2 || path.is_empty() => {
                    path.push(name.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                _ => {}
            }
            self.add_path(&mut path);
            colons = 0;
            if let TokenTree::Ident(name) = token {
                path.push(name.to_string());
            }
        }
        self.add_path(&mut path);
    }

    fn add_path(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.paths.push((std::mem::take(path), false, false));
        }
    }
}

fn attributes_of(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
