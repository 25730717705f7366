package jp.ekitei.android.plugin

import android.content.Context
import android.content.Intent
import android.content.RestrictionsManager
import app.tauri.plugin.JSObject
import jp.ekitei.android.logic.ManagedConfig

/** What the MDM set for this app. */
class Managed(private val context: Context) {
    fun read(): JSObject {
        val given = context.getSystemService(RestrictionsManager::class.java).applicationRestrictions
        @Suppress("DEPRECATION") // The type is looked at afterwards; consoles differ in what they send.
        val config = ManagedConfig.read(given.keySet().associateWith { given.get(it) })
        return json(
            "managed" to config.managed,
            ManagedConfig.SERVER_URL to config.serverUrl,
            ManagedConfig.CA_PIN to config.caPin,
            ManagedConfig.CA_PIN_SPARE to config.caPinSpare,
            ManagedConfig.ENROLMENT_SECRET to config.enrolmentSecret,
            ManagedConfig.LOCK_MINUTES to config.lockMinutes,
            ManagedConfig.MINIMUM_VERSION to config.minimumVersion,
            "problems" to jsonList(config.problems),
        )
    }

    /** For as long as the process lives. */
    fun watch(changed: () -> Unit) = context.listen(Intent.ACTION_APPLICATION_RESTRICTIONS_CHANGED, then = changed)
}
