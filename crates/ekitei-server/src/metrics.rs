//! Counters for /metrics in Prometheus' text form. No label ever carries a person, a case or a file.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[doc = $help:literal])+ $field:ident => $name:literal),+ $(,)?) => {
        /// Since the start of this process.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[doc = $help])+ pub $field: Counter,)+
        }

        impl Metrics {
            /// All counters as Prometheus reads them.
            pub fn render(&self) -> String {
                let mut out = String::new();
                $(write_metric(&mut out, $name, concat!($($help),+).trim(), "counter", self.$field.get());)+
                out
            }
        }
    };
}

counters! {
    /// Requests answered.
    requests => "ekitei_requests_total",
    /// Requests answered with 4xx.
    refused => "ekitei_requests_refused_total",
    /// Requests answered with 5xx.
    failed => "ekitei_requests_failed_total",
    /// Operations received in pushes.
    operations => "ekitei_operations_total",
    /// Records sent in pulls.
    records => "ekitei_records_sent_total",
    /// Bytes received in uploads.
    upload_bytes => "ekitei_upload_bytes_total",
    /// Uploads completed and verified.
    uploads_verified => "ekitei_uploads_verified_total",
    /// Uploads dropped because hash or content was wrong.
    uploads_wrong => "ekitei_uploads_wrong_total",
    /// Jobs done: filed, kept, or nothing to do.
    jobs_done => "ekitei_jobs_done_total",
    /// Jobs that must be tried again.
    jobs_retried => "ekitei_jobs_retried_total",
    /// Requests refused by the rate limit.
    rate_limited => "ekitei_rate_limited_total",
}

#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One metric with its help text.
pub fn write_metric(out: &mut String, name: &str, help: &str, kind: &str, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let m = Metrics::default();
        m.requests.add(3);
        let text = m.render();
        assert!(text.contains("# TYPE ekitei_requests_total counter\nekitei_requests_total 3\n"));
        assert!(text.contains("# HELP ekitei_requests_total Requests answered.\n"));
    }
}
