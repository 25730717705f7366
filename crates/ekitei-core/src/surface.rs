//! Where each call of the bridge goes.

use crate::bridge::Surface;
use crate::bridge::args::*;
use crate::bridge::chat::*;
use crate::bridge::checks::*;
use crate::bridge::views::*;
use crate::core::Core;
use crate::facts::DeviceFacts;
use crate::usecase;
use ekitei_forms::facade::Reply as FormReply;
use ekitei_model::Fault;

impl Surface for Core {
    fn status(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::status::status(&self.shared)
    }
    fn enrol(&self, args: EnrolArgs) -> Result<StatusView, Fault> {
        usecase::enrol::enrol(&self.shared, &args)
    }
    fn enrol_again(&self, args: EnrolAgainArgs) -> Result<StatusView, Fault> {
        usecase::enrol::enrol_again(&self.shared, &args)
    }
    fn unlock(&self, args: PinArgs) -> Result<StatusView, Fault> {
        usecase::lock::unlock(&self.shared, &args.pin)
    }
    fn lock(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::lock::lock(&self.shared)
    }
    fn touch(&self, _: Nothing) -> Result<Done, Fault> {
        usecase::lock::touch(&self.shared).map(|()| Done {})
    }
    fn change_pin(&self, args: ChangePinArgs) -> Result<Done, Fault> {
        usecase::lock::change_pin(&self.shared, &args).map(|()| Done {})
    }
    fn forget_pin(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::forget::forget_pin(&self.shared)
    }
    fn today(&self, _: Nothing) -> Result<TodayView, Fault> {
        usecase::today::today(&self.shared.open()?)
    }
    fn case_list(&self, args: CaseListArgs) -> Result<Vec<CaseRow>, Fault> {
        usecase::cases::list(&self.shared.open()?, &args)
    }
    fn case_card(&self, args: CaseCardArgs) -> Result<CaseCard, Fault> {
        usecase::cases::card(&self.shared.open()?, &args)
    }
    fn case_follow(&self, args: NumberArgs) -> Result<CaseRow, Fault> {
        usecase::cases::follow_number(&self.shared.open()?, &args.number)
    }
    fn case_unfollow(&self, args: CaseRef) -> Result<Done, Fault> {
        usecase::cases::unfollow(&self.shared.open()?, args.case).map(|()| Done {})
    }
    fn visit_create(&self, args: VisitCreateArgs) -> Result<VisitView, Fault> {
        usecase::visits::create(&self.shared.open()?, args)
    }
    fn visit_state(&self, args: VisitStateArgs) -> Result<VisitView, Fault> {
        usecase::visits::set_state(&self.shared.open()?, &args)
    }
    fn visit_change(&self, args: VisitChangeArgs) -> Result<VisitView, Fault> {
        usecase::visits::change(&self.shared.open()?, args)
    }
    fn visit_cancel(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::visits::cancel(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn note_get(&self, args: RecordRef) -> Result<NoteView, Fault> {
        usecase::notes::get(&self.shared.open()?, args.id)
    }
    fn note_save(&self, args: NoteSaveArgs) -> Result<NoteView, Fault> {
        usecase::notes::save(&self.shared.open()?, &args)
    }
    fn note_finish(&self, args: RecordRef) -> Result<NoteView, Fault> {
        usecase::notes::finish(&self.shared.open()?, args.id)
    }
    fn note_delete(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::notes::delete(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn note_publish(&self, args: NotePublishArgs) -> Result<NoteView, Fault> {
        usecase::notes::publish(&self.shared.open()?, &args)
    }
    fn draft_save(&self, args: DraftArgs) -> Result<Done, Fault> {
        usecase::drafts::save(&self.shared.open()?, &args.key, &args.value).map(|()| Done {})
    }
    fn draft_load(&self, args: DraftKey) -> Result<DraftView, Fault> {
        usecase::drafts::load(&self.shared.open()?, &args.key)
    }
    fn draft_drop(&self, args: DraftKey) -> Result<Done, Fault> {
        usecase::drafts::drop(&self.shared.open()?, &args.key).map(|()| Done {})
    }
    fn form_list(&self, _: Nothing) -> Result<Vec<FormRow>, Fault> {
        usecase::inspections::forms(&self.shared.open()?)
    }
    fn visit_forms(&self, args: RecordRef) -> Result<Vec<VisitForm>, Fault> {
        usecase::visits::forms(&self.shared.open()?, args.id)
    }
    fn inspection_begin(&self, args: InspectionBeginArgs) -> Result<InspectionView, Fault> {
        usecase::inspections::begin(&self.shared.open()?, &args)
    }
    fn inspection_get(&self, args: RecordRef) -> Result<InspectionView, Fault> {
        usecase::inspections::get(&self.shared.open()?, args.id)
    }
    fn inspection_list(&self, args: CaseRef) -> Result<Vec<InspectionRow>, Fault> {
        usecase::inspections::of_case(&self.shared.open()?, args.case)
    }
    fn inspection_call(&self, args: InspectionCallArgs) -> Result<FormReply, Fault> {
        usecase::inspections::call(&self.shared.open()?, args)
    }
    fn inspection_propose(&self, args: InspectionCallArgs) -> Result<Done, Fault> {
        usecase::inspections::propose(&self.shared.open()?, args).map(|()| Done {})
    }
    fn inspection_finish(&self, args: RecordRef) -> Result<InspectionView, Fault> {
        usecase::inspections::finish(&self.shared.open()?, args.id)
    }
    fn inspection_circulate(&self, args: RecordRef) -> Result<InspectionView, Fault> {
        usecase::inspections::circulate(&self.shared.open()?, args.id)
    }
    fn inspection_reopen(&self, args: RecordRef) -> Result<InspectionView, Fault> {
        usecase::inspections::reopen(&self.shared.open()?, args.id)
    }
    fn inspection_report(&self, args: InspectionReportArgs) -> Result<InspectionView, Fault> {
        usecase::inspections::set_report(&self.shared.open()?, args.id, &args.text)
    }
    fn capture_begin(&self, args: CaptureArgs) -> Result<CaptureView, Fault> {
        usecase::captures::begin(&self.shared.open()?, &args)
    }
    fn photo_add(&self, args: PhotoAddArgs) -> Result<Vec<PhotoView>, Fault> {
        usecase::photos::add(&self.shared.open()?, &args)
    }
    fn photo_get(&self, args: RecordRef) -> Result<PhotoView, Fault> {
        usecase::photos::shown(&self.shared.open()?, args.id)
    }
    fn photo_marks(&self, args: PhotoMarksArgs) -> Result<PhotoView, Fault> {
        usecase::photo_layer::set(&self.shared.open()?, &args)
    }
    fn photo_own(&self, _: Nothing) -> Result<Vec<PhotoView>, Fault> {
        usecase::photo_place::own(&self.shared.open()?)
    }
    fn photo_place(&self, args: PhotoPlaceArgs) -> Result<PhotoView, Fault> {
        usecase::photo_place::place(&self.shared.open()?, &args)
    }
    fn code_read(&self, args: CodeReadArgs) -> Result<CodesView, Fault> {
        usecase::codes::read(&self.shared, &args.name)
    }
    fn photo_caption(&self, args: PhotoCaptionArgs) -> Result<PhotoView, Fault> {
        usecase::photos::set_caption(&self.shared.open()?, args.id, &args.caption)
    }
    fn photo_delete(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::photos::delete(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn photo_list(&self, args: CaseRef) -> Result<Vec<PhotoView>, Fault> {
        usecase::photos::of_case(&self.shared.open()?, args.case)
    }
    fn checklist_list(&self, _: Nothing) -> Result<Vec<ChecklistRow>, Fault> {
        usecase::checklists::list(&self.shared.open()?)
    }
    fn checklist_due(&self, _: Nothing) -> Result<Vec<DueRow>, Fault> {
        usecase::checklists::due(&self.shared.open()?)
    }
    fn checklist_preview(&self, args: ChecklistArgs) -> Result<RunView, Fault> {
        usecase::checklists::preview(&self.shared.open()?, &args)
    }
    fn checklist_begin(&self, args: ChecklistArgs) -> Result<RunView, Fault> {
        usecase::checklists::begin(&self.shared.open()?, &args)
    }
    fn checklist_run(&self, args: RecordRef) -> Result<RunView, Fault> {
        usecase::checklists::get(&self.shared.open()?, args.id)
    }
    fn checklist_steps(&self, args: RunStepsArgs) -> Result<RunView, Fault> {
        usecase::checklists::set_steps(&self.shared.open()?, args)
    }
    fn checklist_finish(&self, args: RecordRef) -> Result<RunView, Fault> {
        usecase::checklists::finish(&self.shared.open()?, args.id)
    }
    fn line_check(&self, args: LineCheckArgs) -> Result<LineCheckView, Fault> {
        usecase::line_check::check(&self.shared, &args)
    }
    fn line_check_get(&self, args: RecordRef) -> Result<LineCheckView, Fault> {
        usecase::line_check::get(&self.shared.open()?, args.id)
    }
    fn line_checks(&self, _: Nothing) -> Result<Vec<LineCheckView>, Fault> {
        usecase::line_check::history(&self.shared.open()?, None)
    }
    fn chat_rooms(&self, _: Nothing) -> Result<Vec<RoomRow>, Fault> {
        usecase::chat::list(&self.shared.open()?)
    }
    fn chat_badge(&self, _: Nothing) -> Result<ChatBadge, Fault> {
        usecase::chat::badge(&self.shared.open()?)
    }
    fn chat_room(&self, args: RoomArgs) -> Result<RoomView, Fault> {
        usecase::chat::room(&self.shared.open()?, &args)
    }
    fn chat_open(&self, args: ChatOpenArgs) -> Result<RoomRow, Fault> {
        usecase::chat::direct(&self.shared.open()?, &args)
    }
    fn chat_group(&self, args: ChatGroupArgs) -> Result<RoomRow, Fault> {
        usecase::chat::group(&self.shared.open()?, &args)
    }
    fn chat_sections(&self, _: Nothing) -> Result<SectionsView, Fault> {
        usecase::chat::sections(&self.shared.open()?)
    }
    fn chat_rename(&self, args: ChatRenameArgs) -> Result<RoomRow, Fault> {
        usecase::chat::rename(&self.shared.open()?, &args)
    }
    fn chat_members(&self, args: RoomRef) -> Result<MembersView, Fault> {
        usecase::chat::members(&self.shared.open()?, args.room)
    }
    fn chat_invite(&self, args: ChatInviteArgs) -> Result<MembersView, Fault> {
        usecase::chat::invite(&self.shared.open()?, &args)
    }
    fn chat_member(&self, args: ChatMemberArgs) -> Result<Done, Fault> {
        usecase::chat::member(&self.shared.open()?, &args).map(|()| Done {})
    }
    fn chat_pin_room(&self, args: ChatPinRoomArgs) -> Result<RoomRow, Fault> {
        usecase::chat::pin_room(&self.shared.open()?, &args)
    }
    fn chat_draft(&self, args: ChatDraftArgs) -> Result<Done, Fault> {
        usecase::chat::draft(&self.shared.open()?, args).map(|()| Done {})
    }
    fn chat_send(&self, args: ChatSendArgs) -> Result<MessageView, Fault> {
        usecase::chat::send(&self.shared.open()?, &args)
    }
    fn chat_edit(&self, args: ChatEditArgs) -> Result<MessageView, Fault> {
        usecase::chat::edit(&self.shared.open()?, &args)
    }
    fn chat_unsend(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::chat::unsend(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn chat_retry(&self, args: RecordRef) -> Result<MessageView, Fault> {
        usecase::chat::retry(&self.shared.open()?, args.id)
    }
    fn chat_drop(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::chat::drop_failed(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn chat_react(&self, args: ChatReactArgs) -> Result<MessageView, Fault> {
        usecase::chat::react(&self.shared.open()?, &args)
    }
    fn chat_pin(&self, args: ChatPinArgs) -> Result<MessageView, Fault> {
        usecase::chat::pin(&self.shared.open()?, &args)
    }
    fn chat_read(&self, args: ChatReadArgs) -> Result<Done, Fault> {
        usecase::chat::read(&self.shared.open()?, &args).map(|()| Done {})
    }
    fn chat_readers(&self, args: RecordRef) -> Result<ReadersView, Fault> {
        usecase::chat::readers(&self.shared.open()?, args.id)
    }
    fn chat_forward(&self, args: ChatForwardArgs) -> Result<MessageView, Fault> {
        usecase::chat::forward(&self.shared.open()?, &args)
    }
    fn chat_ask(&self, args: ChatAskArgs) -> Result<MessageView, Fault> {
        usecase::chat::ask(&self.shared.open()?, &args)
    }
    fn chat_answer(&self, args: ChatAnswerArgs) -> Result<MessageView, Fault> {
        usecase::chat::answer(&self.shared.open()?, &args)
    }
    fn chat_search(&self, args: ChatSearchArgs) -> Result<Vec<ChatHit>, Fault> {
        usecase::chat::search(&self.shared.open()?, &args)
    }
    fn call_open(&self, args: CallOpenArgs) -> Result<CallView, Fault> {
        usecase::chat::call_open(&self.shared.open()?, &args)
    }
    fn call_answer(&self, args: CallAnswerArgs) -> Result<CallView, Fault> {
        usecase::chat::call_answer(&self.shared.open()?, &args)
    }
    fn call_retry(&self, args: RecordRef) -> Result<CallView, Fault> {
        usecase::chat::call_retry(&self.shared.open()?, args.id)
    }
    fn call_drop(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::chat::call_drop(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn room_retry(&self, args: RecordRef) -> Result<RoomRow, Fault> {
        usecase::chat::room_retry(&self.shared.open()?, args.id)
    }
    fn room_drop(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::chat::room_drop(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn queue(&self, _: Nothing) -> Result<QueueView, Fault> {
        usecase::queue::queue(&self.shared)
    }
    fn queue_retry(&self, args: QueueItemRef) -> Result<QueueView, Fault> {
        usecase::queue::retry(&self.shared, args.item.as_deref())
    }
    fn queue_cancel(&self, args: QueueItemRef) -> Result<QueueView, Fault> {
        usecase::queue::cancel(&self.shared, args.item.as_deref())
    }
    fn conflicts(&self, _: Nothing) -> Result<Vec<ConflictView>, Fault> {
        usecase::conflicts::list(&self.shared.open()?)
    }
    fn conflict_resolve(&self, args: ConflictResolveArgs) -> Result<Done, Fault> {
        usecase::conflicts::resolve(&self.shared.open()?, &args).map(|()| Done {})
    }
    fn search(&self, args: SearchArgs) -> Result<Vec<SearchHit>, Fault> {
        usecase::search::search(&self.shared.open()?, &args)
    }
    fn directory(&self, args: SearchArgs) -> Result<Vec<PersonView>, Fault> {
        usecase::directory::directory(&self.shared.open()?, &args)
    }
    fn directory_page(&self, args: DirectoryPageArgs) -> Result<DirectoryPage, Fault> {
        usecase::directory::page(&self.shared.open()?, &args)
    }
    fn person(&self, args: PersonRef) -> Result<PersonView, Fault> {
        usecase::directory::person(&self.shared.open()?, &args.staff)
    }
    fn help(&self, _: Nothing) -> Result<HelpView, Fault> {
        usecase::help::help(&self.shared)
    }
    fn phone_find(&self, args: PhoneFindArgs) -> Result<Vec<PhoneRow>, Fault> {
        usecase::phones::find(&self.shared, &args.query)
    }
    fn phone_cut(&self, args: PhoneCutArgs) -> Result<Done, Fault> {
        usecase::phones::cut_off(&self.shared, &args).map(|()| Done {})
    }
    fn calendar(&self, args: CalendarArgs) -> Result<Vec<EventView>, Fault> {
        usecase::calendar::events(&self.shared.open()?, args.days)
    }
    fn event_visit(&self, args: EventVisitArgs) -> Result<VisitView, Fault> {
        usecase::calendar::visit(&self.shared.open()?, &args)
    }
    fn sync_now(&self, args: SyncArgs) -> Result<SyncView, Fault> {
        usecase::sync::sync_now(&self.shared, args.deadline_s, false)
    }
    fn facts(&self, _: Nothing) -> Result<DeviceFacts, Fault> {
        Ok(self.shared.facts())
    }
    fn settings_get(&self, _: Nothing) -> Result<Settings, Fault> {
        usecase::settings::get(&self.shared)
    }
    fn settings_set(&self, args: Settings) -> Result<Settings, Fault> {
        usecase::settings::set(&self.shared, args)
    }
}
