//! The way into Kotlin: `jp.ekitei.android.EkiteiPlugin`.

use crate::answers::StandIn;
use crate::{Refused, Told};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::plugin::mobile::PluginInvokeError;
use tauri::plugin::{PluginApi, PluginHandle};
use tauri::{AppHandle, Runtime};

const PACKAGE: &str = "jp.ekitei.android";
const CLASS: &str = "EkiteiPlugin";
const EVENT: &str = "native";

pub struct Half<R: Runtime>(PluginHandle<R>);

#[derive(Serialize)]
struct Listen {
    event: &'static str,
    handler: Channel,
}

impl<R: Runtime> Half<R> {
    pub fn start<C: DeserializeOwned>(
        app: &AppHandle<R>,
        api: &PluginApi<R, C>,
        on_told: impl Fn(&AppHandle<R>, Told) + Send + Sync + 'static,
    ) -> Result<Self, Refused> {
        let handle = api.register_android_plugin(PACKAGE, CLASS).map_err(refused)?;
        let (app, on_told) = (app.clone(), std::sync::Arc::new(on_told));
        let handler = Channel::new(move |body| {
            if let Some(told) = understood(&body) {
                // Whoever listens asks Kotlin back; this is Kotlin's own thread.
                let (app, on_told) = (app.clone(), std::sync::Arc::clone(&on_told));
                tauri::async_runtime::spawn_blocking(move || on_told(&app, told));
            }
            Ok(())
        });
        handle
            .run_mobile_plugin::<serde_json::Value>("registerListener", Listen { event: EVENT, handler })
            .map_err(refused)?;
        Ok(Self(handle))
    }

    pub fn ask<T: DeserializeOwned + StandIn>(
        &self,
        command: &str,
        args: impl Serialize,
    ) -> Result<T, Refused> {
        // A command without an answer says nothing at all; that is an empty answer.
        let answer: Option<serde_json::Value> = self.0.run_mobile_plugin(command, args).map_err(refused)?;
        let answer = answer.filter(|a| !a.is_null()).unwrap_or_else(|| serde_json::json!({}));
        serde_json::from_value(answer).map_err(|e| Refused::new("native-failed", e))
    }
}

fn understood(body: &InvokeResponseBody) -> Option<Told> {
    match body {
        InvokeResponseBody::Json(text) => serde_json::from_str(text).ok(),
        InvokeResponseBody::Raw(_) => None,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn refused(error: PluginInvokeError) -> Refused {
    match &error {
        PluginInvokeError::InvokeRejected(answer) => Refused::new(
            answer.code.as_deref().unwrap_or("native-failed"),
            answer.message.as_deref().unwrap_or_default(),
        ),
        _ => Refused::new("native-failed", &error),
    }
}
