package jp.ekitei.android.plugin

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.provider.Settings

/** The system's own settings screens, and its dialler. */
class SettingsScreens(private val activity: Activity) {
    /** `exact`: the screen itself; `near`: one from which it is a tap away; `none`: this phone has neither. */
    fun open(which: String): String {
        val (exact, near) = screens(which) ?: throw Refused("native-argument", mapOf("name" to "which"))
        return when {
            exact != null && start(exact) -> "exact"
            near != null && start(near) -> "near"
            start(Intent(Settings.ACTION_SETTINGS)) -> "near"
            else -> "none"
        }
    }

    /** Shows the number in the dialler; the person presses the button. */
    fun dial(tel: String): Boolean {
        val number = tel.filter { it.isDigit() || it in "+*#,;" }
        if (number.none { it.isDigit() }) throw Refused("native-argument", mapOf("name" to "tel"))
        return start(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null)))
    }

    private fun screens(which: String): Pair<Intent?, Intent?>? = when (which) {
        // Android has no public name for the tethering screen; this one stands in the system's settings on most phones.
        "tethering" -> Intent().setClassName(SYSTEM, "$SYSTEM.Settings\$TetherSettingsActivity") to Intent(Settings.ACTION_WIRELESS_SETTINGS)
        "mobile_data" -> Intent(Settings.ACTION_NETWORK_OPERATOR_SETTINGS) to Intent(Settings.ACTION_DATA_ROAMING_SETTINGS)
        "wifi" -> Intent(Settings.ACTION_WIFI_SETTINGS) to Intent(Settings.ACTION_WIRELESS_SETTINGS)
        "battery" -> Intent(Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS) to Intent(Settings.ACTION_BATTERY_SAVER_SETTINGS)
        "airplane" -> Intent(Settings.ACTION_AIRPLANE_MODE_SETTINGS) to Intent(Settings.ACTION_WIRELESS_SETTINGS)
        "notifications" -> Intent(Settings.ACTION_APP_NOTIFICATION_SETTINGS).putExtra(Settings.EXTRA_APP_PACKAGE, activity.packageName) to app()
        "location" -> Intent(Settings.ACTION_LOCATION_SOURCE_SETTINGS) to app()
        "app" -> app() to null
        else -> null
    }

    private fun app() = Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", activity.packageName, null))

    private fun start(intent: Intent): Boolean = try {
        activity.startActivity(intent)
        true
    } catch (_: ActivityNotFoundException) {
        false
    } catch (_: SecurityException) {
        // The screen exists but is not for others.
        false
    }

    private companion object {
        const val SYSTEM = "com.android.settings"
    }
}
