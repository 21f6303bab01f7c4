//! What the window may ask. `command_list.rs` in the contract declares every command; here each becomes
//! a Tauri command that calls the method of its name, of [`Shell`] or of [`Api`]. A command without
//! that method, or with another request or answer, does not compile.
//!
//! - `shell`: what a shell command works with
//! - one file a subject: the methods of [`Shell`]

mod app;
mod files;
mod jobs;
mod profiles;
mod settings;
mod shell;
mod sign_in;

use std::path::PathBuf;

use tauri::ipc::{Channel, Invoke, IpcResponse};
use tauri::{Runtime, State, WebviewWindow};
use transload_api::Api;
use transload_contract::*;
use transload_errors::ApiError;

use self::shell::Shell;

macro_rules! commands {
    (
        shell {
            $($(#[$shell_doc:meta])*
            $shell:ident (
                $($shell_argument:ident: $shell_value:ty),* $(; $shell_news:ty)?
            ) -> $shell_answer:ty;)*
        }
        api {
            $($(#[$api_doc:meta])*
            $api:ident ($($argument:ident: $value:ty),* $(; $news:ty)?) -> $answer:ty;)*
        }
    ) => {
        $(
            #[tauri::command(rename_all = "snake_case")]
            async fn $shell<R: Runtime>(
                window: WebviewWindow<R>,
                $($shell_argument: $shell_value,)*
                $(on_progress: Channel<$shell_news>,)?
            ) -> Result<$shell_answer, ApiError> {
                let shell = Shell::new(window);
                shell.$shell($($shell_argument,)* $(Channel::<$shell_news>::clone(&on_progress))?).await
            }
        )*
        $(
            #[tauri::command(rename_all = "snake_case")]
            async fn $api(
                api: State<'_, Api>,
                $($argument: $value,)*
                $(on_progress: Channel<$news>,)?
            ) -> Result<$answer, ApiError> {
                api.$api($($argument,)* $(sender::<$news>(on_progress))?).await
            }
        )*

        #[cfg(test)]
        pub const COMMANDS: &[&str] = &[$(stringify!($shell),)* $(stringify!($api),)*];

        /// Dispatches every command.
        pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($shell,)* $($api,)*]
        }
    };
}
transload_contract::with_command_list!(commands);

/// Sends what a command reports to the window that called it. A window that was closed needs no
/// progress.
fn sender<T>(channel: Channel<T>) -> impl Fn(T) + Send + Sync + 'static
where
    T: IpcResponse + Send + Sync + 'static,
{
    move |progress| drop(channel.send(progress))
}

#[cfg(test)]
mod tests;
