package jp.ekitei.android.plugin

import android.Manifest
import android.app.AlarmManager
import android.app.NotificationManager
import android.content.ComponentName
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.PowerManager
import app.tauri.plugin.JSArray
import jp.ekitei.android.Notices
import jp.ekitei.android.background.DutyService
import jp.ekitei.android.background.SweepJob
import jp.ekitei.android.keys.DeviceKeys
import jp.ekitei.android.logic.NotificationPlan

/** What somebody (usually the MDM) must have granted, and whether it is so; shown on screen with the way to mend it. */
class Grants(private val context: Context) {
    fun all(): JSArray = jsonList(
        listOf(
            // Without it Doze stops the live line and the exact wake-up of the keep-alive.
            grant("battery_exemption", isBatteryExempt(), DutyService::class.java, "battery"),
            grant("exact_wake", context.getSystemService(AlarmManager::class.java).let { Build.VERSION.SDK_INT < 31 || it.canScheduleExactAlarms() }, DutyService::class.java, "battery"),
            grant("notifications", Notices(context).isAllowed(), null, "notifications"),
            grant("emergency_breaks_through", breaksThrough(), null, "notifications"),
            grant("background_data", !isBackgroundRestricted(), SweepJob::class.java, "app"),
            grant("location", has(Manifest.permission.ACCESS_FINE_LOCATION) || has(Manifest.permission.ACCESS_COARSE_LOCATION), null, "location"),
            grant("screen_lock", DeviceKeys(context).isDeviceSecure(), null, "app"),
        ),
    )

    private fun grant(what: String, granted: Boolean, component: Class<*>?, settings: String) = json(
        "what" to what,
        "granted" to granted,
        "component" to component?.let { ComponentName(context, it).flattenToString() },
        "settings" to settings,
    )

    private fun isBatteryExempt() =
        context.getSystemService(PowerManager::class.java).isIgnoringBatteryOptimizations(context.packageName)

    private fun breaksThrough(): Boolean =
        context.getSystemService(NotificationManager::class.java).getNotificationChannel(NotificationPlan.Channel.EMERGENCY.id)?.canBypassDnd() == true

    private fun isBackgroundRestricted() =
        context.getSystemService(android.app.ActivityManager::class.java).isBackgroundRestricted

    private fun has(permission: String) = context.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED
}
