use crate::bridge::views::SyncView;
use crate::core::Shared;
use ekitei_model::Fault;
pub fn block_on<F: Future>(work: F) -> Result<F::Output, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|e| Fault::ask("internal").with("detail", e))?.block_on(work))
}
pub fn sync_now(_shared: &Shared, _deadline_s: u32) -> Result<SyncView, Fault> { Err(Fault::ask("x")) }
