// Every command of the window, once: `folder file: commands`. Two places read this list, each
// with a macro `commands!` of its own: `build.rs` for the permissions, and `commands/mod.rs` for
// the dispatch. A test holds `capabilities/main.json` and `ui/src/ipc/backend.ts` to it.
commands! {
    app: app_info, log_folder_open, link_open, save_path_choose, open_path_choose, window_close;
    settings: settings_get, settings_set, draft_get, draft_set;
    profiles: saved_profiles_list, saved_profile_save, saved_profile_delete,
        saved_profiles_export, saved_profiles_import;
    aws: aws_profiles_list, aws_identity, aws_account_alias, aws_mfa_submit,
        registry_login;
    sign_in: sign_in_start, sign_in_wait, sign_in_cancel, sign_in_page_open, sso_sessions_list,
        sso_sign_out, sso_accounts_list, sso_roles_list, aws_profile_preview, aws_profile_add;
    client_logins: client_logins, client_login_apply, client_login_undo;
    docker: engine_status, engine_originals;
    network: network_status, ca_file_check;
    sources: source_login, source_logout, source_login_status, source_namespaces,
        source_repositories, source_tags, source_tag_details, source_choose, source_choose_cancel;
    migration: repository_names_propose, migration_plan, migration_plan_cancel, migration_commands,
        migration_permissions, migration_expiry_confirm, migration_start, migration_retry_failed,
        migration_resume, migration_report_export, migration_plan_export, migration_undo_plan, migration_undo,
        migration_undo_stop;
    history: history_list, history_report, history_request, history_delete, history_verify;
    jobs: jobs_list, job_snapshot, job_follow, job_pause, job_resume, job_look_again,
        job_cancel;
    registry_settings: registry_settings, registry_offer_commands, registry_offer_accept;
    repositories: repositories_list, repository_summaries, repository_details,
        repository_index_entries, repository_elsewhere, repository_create,
        repository_images_delete, repository_delete;
    practice: practice_start, practice_reset, practice_tag_move;
}
