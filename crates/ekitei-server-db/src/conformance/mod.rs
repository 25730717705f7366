//! What every backend must do. [`conformance_suite!`](crate::conformance_suite) makes one test of each function here.
#![allow(clippy::unwrap_used)]

pub mod bytes;
pub mod checks;
pub mod circles;
pub mod edges;
pub mod exports;
pub mod feed;
pub mod fixture;
pub mod fold;
pub mod follows;
pub mod forget;
pub mod held;
pub mod inspect;
pub mod kept;
pub mod kit;
pub mod marks;
pub mod merge;
pub mod people;
pub mod pipe;
pub mod quarantine;
pub mod retention;
pub mod rooms;
pub mod salvaged;
pub mod together;
pub mod views;

/// One `#[tokio::test]` for each function of the suite. `$open` is an `async fn() -> Option<(Arc<dyn Storage>, Guard)>`;
/// `None` means the backend is not available here, and the test ends at once.
#[macro_export]
macro_rules! conformance_suite {
    ($open:path) => {
        $crate::conformance_suite!(@ $open;
            pipe: a_batch_is_applied_once, repeats_are_answered_from_the_log, what_stands_as_written_is_said, gaps_and_other_epochs_are_refused,
                malformed_headers_are_refused, a_new_epoch_takes_the_old_operations_again, five_hundred_creates_are_one_push,
                a_reused_number_loses_nothing, children_wait_for_their_parents, waiting_chains_are_released_at_once,
                order_inside_a_batch_does_not_matter, what_waits_too_long_goes_to_quarantine, void_takes_a_place,
                drained_devices_push_and_wiped_ones_do_not;
            merge: equal_bases_apply_and_others_conflict, resolutions_change_the_parent_once, a_reopened_conflict_asks_again, a_conflict_names_who_wrote_what_stands,
                deletes_leave_tombstones, drafts_are_published_in_one_step, a_publish_ends_a_draft_that_comes_later, marks_only_grow;
            inspect: only_the_head_accepts_what_was_circulated, a_late_answer_is_proposed_and_decided_once,
                forms_are_published_by_leaders_and_never_change, papers_are_asked_for_when_it_goes_to_the_head_and_when_it_says_something_else,
                papers_that_wait_for_a_picture_are_due_when_it_comes, a_conflict_resolved_after_the_finish_is_proposed,
                lists_of_a_kind_and_children_follow_the_grants;
            checks: checklists_are_written_by_leaders_and_their_versions_stay, runs_grow_in_their_person_s_hand_and_end_once,
                one_pc_joins_a_line_check_and_adds_its_half_once;
            feed: a_new_reader_begins_at_the_head_and_pages_backward, changes_follow_the_cursor, the_budget_cuts_pages_without_loss,
                only_granted_scopes_are_read, an_unknown_case_is_empty_and_a_deleted_one_denied;
            views: headers_follow_the_grants, restriction_hides_name_and_place, assignments_follow_people_and_visits, people_of_an_open_visit_read_the_case,
                lists_show_only_what_may_be_read, a_long_case_is_read_in_parts, counts_are_the_lengths_of_one_s_own_lists,
                authors_are_those_of_the_log, acl_versions_change_with_grants, verify_finds_nothing_after_all_this;
            quarantine: a_lost_scope_keeps_the_bytes_where_its_readers_see_them, release_applies_in_the_right_of_the_releaser,
                what_may_be_of_a_members_only_case_is_veiled,
                what_cannot_be_read_never_blocks, office_words_are_refused, salvage_comes_back_as_its_create,
                an_accepted_inspection_is_let_in_again_by_a_head, amendments_come_back_after_a_restore;
            bytes: uploads_resume_under_a_fence, arrival_before_the_record_and_after_it, other_bytes_do_not_count,
                jobs_run_once_and_write_their_effect, each_finished_version_of_a_note_is_filed,
                bytes_are_read_through_readable_records_only, orphans_are_forgotten_only_when_nobody_refers_to_them,
                backups_are_told_to_the_photos;
            retention: what_was_deleted_leaves_only_its_traces, a_deleted_case_takes_everything_in_it_along,
                settled_quarantine_is_emptied_and_open_one_is_not, what_lives_again_and_ends_again_is_emptied_again,
                pieces_of_lists_go_when_nothing_names_them;
            people: codes_are_used_once, a_forgotten_phone_comes_back_under_its_id, sessions_end, imports_are_repeatable, a_list_that_comes_whole_replaces_the_former, imported_cases_are_matched_by_number,
                the_epoch_stays_until_a_restore, devices_report;
            together: two_devices_write_one_scope_without_gaps, a_reader_never_skips_a_late_commit,
                one_operation_pushed_many_times_at_once_exists_once, children_and_parents_racing_all_arrive,
                bytes_and_their_record_racing_meet;
            rooms: who_joins_reads_what_the_room_allows_and_who_leaves_loses_it, a_section_that_comes_later_reads_what_the_room_allows, both_open_the_same_one_to_one_room,
                half_a_one_to_one_room_is_completed_by_the_other, every_section_has_its_room,
                messages_are_changed_by_their_author_and_leave_nothing_when_taken_back,
                a_shared_photo_needs_the_right_to_read_its_source, an_answer_becomes_a_note_of_the_case,
                a_call_counts_its_answers,
                who_may_what_in_a_room_follows_from_the_same_push;
            circles: those_in_a_room_are_counted_once_and_the_first_are_shown, one_room_is_read_as_in_the_list;
            marks: who_joins_later_learns_who_has_read, a_large_room_counts_who_is_in_it_and_may_see_the_message,
                lists_count_what_is_unread_and_pages_meet;
            held: what_is_held_stays_so_whatever_else_is_said, an_urgent_message_opens_its_own_room_for_answers_and_is_listed_once,
                hours_count_at_once_and_those_who_went_do_not, what_is_refused_at_its_time_is_told_to_its_sender_who_sends_it_again,
                what_was_refused_at_its_time_is_taken_back_by_its_sender, what_was_refused_at_its_time_may_be_held_or_refused_anew,
                a_message_at_night_waits_for_the_morning, held_messages_keep_their_order_and_nothing_overtakes_them,
                a_held_message_is_changed_and_cancelled_with_all_that_hangs_on_it,
                urgent_messages_pass_with_a_reason_and_are_listed, the_roster_and_the_hours_of_a_section_count;
            edges: a_room_takes_five_hundred_by_name, who_stays_keeps_what_they_may_read,
                what_is_handed_on_was_readable_to_who_hands_it_on, pictures_hang_on_messages_of_their_room_alone,
                who_comes_second_to_a_room_changes_nothing_of_it, only_what_was_said_there_answers_a_question,
                what_a_backup_lost_is_not_held_again, what_was_held_goes_once_and_never_after_its_end;
            follows: a_call_comes_to_everybody_it_asks, a_picture_may_be_shown_before_its_case_has_it,
                an_answer_brings_its_pictures_into_the_case, what_may_go_sooner_takes_what_was_said_before_along,
                an_urgent_message_takes_nothing_along, messages_are_found_by_room_writer_day_and_pictures;
            salvaged: nobody_writes_in_another_s_name_by_way_of_a_restore, who_brings_a_colleague_s_note_does_not_let_it_in,
                what_is_brought_twice_is_one_entry_and_another_content_is_another, one_s_own_word_for_it_passes_no_quiet_hours;
            exports: who_asked_for_a_copy_and_why_is_not_the_section_s_to_read, a_copy_needs_the_word_of_another_and_every_taking_is_kept;
            kept: files_of_one_message_have_a_limit_together, what_waits_with_a_held_message_is_its_sender_s_to_see;
            forget: what_a_room_keeps_no_longer_leaves_only_hashes, what_comes_too_late_for_a_removed_message_is_answered_calmly,
                bytes_go_with_the_room_unless_a_case_has_them, an_answer_that_became_a_note_stays_in_its_case,
                a_call_goes_with_its_answers_and_held_words_with_their_message,
                what_was_refused_about_a_removed_message_goes_when_it_is_settled, only_days_are_taken_as_a_room_s_wish;
            fixture: a_filled_database_is_as_it_was_left;
            fold: the_store_equals_a_fold_of_the_merge;
        );
    };
    (@ $open:path; $($area:ident: $($name:ident),* $(,)?;)*) => {
        $(mod $area {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some((storage, _guard)) = $open().await {
                    $crate::conformance::$area::$name(storage).await;
                }
            })*
        })*
    };
}
