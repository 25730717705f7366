package jp.ekitei.android

import android.Manifest
import android.app.Activity
import android.content.Intent
import android.os.Build
import android.util.Base64
import android.webkit.WebView
import androidx.activity.result.ActivityResult
import androidx.appcompat.app.AppCompatActivity
import app.tauri.annotation.ActivityCallback
import app.tauri.annotation.Command
import app.tauri.annotation.Permission
import app.tauri.annotation.PermissionCallback
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin
import jp.ekitei.android.background.Duty
import jp.ekitei.android.background.Sweeper
import jp.ekitei.android.keys.Biometrics
import jp.ekitei.android.keys.DeviceKeys
import jp.ekitei.android.logic.NotificationPlan
import jp.ekitei.android.logic.QuietHours
import jp.ekitei.android.plugin.Back
import jp.ekitei.android.plugin.Camera
import jp.ekitei.android.plugin.Documents
import jp.ekitei.android.plugin.Edges
import jp.ekitei.android.plugin.Facts
import jp.ekitei.android.plugin.Grants
import jp.ekitei.android.plugin.Lines
import jp.ekitei.android.plugin.Managed
import jp.ekitei.android.plugin.Place
import jp.ekitei.android.plugin.Refused
import jp.ekitei.android.plugin.Screen
import jp.ekitei.android.plugin.SettingsScreens
import jp.ekitei.android.plugin.ShareActivity
import jp.ekitei.android.plugin.answer
import jp.ekitei.android.plugin.choice
import jp.ekitei.android.plugin.failed
import jp.ekitei.android.plugin.flag
import jp.ekitei.android.plugin.json
import jp.ekitei.android.plugin.number
import jp.ekitei.android.plugin.refuse
import jp.ekitei.android.plugin.text
import jp.ekitei.android.plugin.texts
import jp.ekitei.core.installKeystore
import java.io.File
import java.util.concurrent.Executors

/**
 * What the Rust half asks for. Each command passes on to the class of its subject; names and shapes stand in README.md. Commands come on
 * the main thread: what takes time goes to [slow].
 */
@TauriPlugin(
    permissions = [
        Permission(strings = [Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION], alias = LOCATION),
        Permission(strings = [Manifest.permission.POST_NOTIFICATIONS], alias = NOTIFICATIONS),
    ],
)
@Suppress("FunctionName", "unused") // The names are those of the wire, found by reflection.
class EkiteiPlugin(private val first: Activity) : Plugin(first) {
    private val context = first.applicationContext
    private val slow = Executors.newSingleThreadExecutor()
    private val camera = Camera(context)
    private val documents = Documents(context)
    private val facts = Facts(context, Lines(context))
    private val managed = Managed(context)
    private val keys = DeviceKeys(context)
    private val edges = Edges { tell("insets") }
    private var screen: Screen? = null
    private var back: Back? = null
    private var current: Activity = first
    private var shared: Intent? = null

    init {
        installKeystore(keys)
        first.runOnUiThread {
            screen = Screen(first, ::tell)
            back = (first as? AppCompatActivity)?.let(::Back)
            remember(first.intent)
        }
        Notices(context).makeChannels()
        facts.watch { tell("facts") }
        managed.watch { tell("mdm") }
    }

    override fun load(webView: WebView) = first.runOnUiThread {
        edges.follow(webView)
        back?.follow(webView)
    }

    override fun onNewIntent(intent: Intent) = remember(intent)

    override fun onPause(activity: AppCompatActivity) {
        screen?.left(forCamera = camera.isOpen)
    }

    /** What is unsent goes by the system from now on, if Android ends or freezes this process. */
    override fun onStop(activity: AppCompatActivity) = Sweeper(context).planAfterScreens()

    override fun onResume(activity: AppCompatActivity) {
        current = activity
        screen?.returned(activity)
        // What they spoke of is on the screens now.
        Notices(context).clear(NotificationPlan.Channel.MESSAGES)
        Notices(context).clear(NotificationPlan.Channel.EMERGENCY)
    }

    /** What watches the phone stays: it hangs on the app, not on the activity, and this plugin outlives both. */
    override fun onDestroy(activity: AppCompatActivity) {
        if (activity === current) screen?.end()
    }

    @Command
    fun home(invoke: Invoke) = invoke.answer { json("dir" to Device.home(context).path) }

    @Command
    fun facts(invoke: Invoke) = invoke.answer { facts.all(edges.now()) }

    @Command
    fun insets(invoke: Invoke) = invoke.answer { edges.now() ?: throw Refused("native-later") }

    @Command
    fun position(invoke: Invoke) {
        if (!Place(context).isAllowed()) return requestPermissionForAliases(arrayOf(LOCATION), invoke, "positionAllowed")
        positionAllowed(invoke)
    }

    /** The person may have said no: then the answer tells so. */
    @PermissionCallback
    fun positionAllowed(invoke: Invoke) = Place(context).once(invoke.number("timeout_ms") ?: POSITION_MS, invoke::resolve)

    @Command
    fun capture(invoke: Invoke) = withCamera(invoke) {
        val names = invoke.texts("names").ifEmpty { listOf(invoke.text("name")) }
        startActivityForResult(invoke, camera.begin(invoke.text("dir"), names), "captured")
    }

    @ActivityCallback
    fun captured(invoke: Invoke, result: ActivityResult) = withCamera(invoke) {
        val next = camera.next(result.resultCode)
        if (next != null) startActivityForResult(invoke, next, "captured") else invoke.answer { camera.end() }
    }

    @Command
    fun captures_left(invoke: Invoke) = invoke.answer { camera.left(invoke.text("dir")) }

    @Command
    fun pick(invoke: Invoke) {
        try {
            startActivityForResult(invoke, documents.picker(invoke.texts("types"), invoke.flag("several")), "picked")
        } catch (_: RuntimeException) {
            invoke.refuse(Refused("picker-missing"))
        }
    }

    @ActivityCallback
    fun picked(invoke: Invoke, result: ActivityResult) = copyIn(invoke, result.data)

    /** Of the Rust half alone: a screen names no file. */
    @Command
    fun save(invoke: Invoke) {
        try {
            startActivityForResult(invoke, documents.keeper(invoke.text("name"), invoke.text("type")), "saved")
        } catch (_: RuntimeException) {
            invoke.refuse(Refused("picker-missing"))
        }
    }

    @ActivityCallback
    fun saved(invoke: Invoke, result: ActivityResult) = slowly(invoke) {
        val place = result.data?.data
        if (place != null) documents.copyOut(File(invoke.text("file")), place)
        val opened = place != null && invoke.flag("open") && documents.show(current, place, invoke.text("type"))
        json("saved" to (place != null), "opened" to opened)
    }

    @Command
    fun share_take(invoke: Invoke) {
        val intent = shared
        shared = null
        copyIn(invoke, intent)
    }

    @Command
    fun shutter(invoke: Invoke) = onScreen(invoke) { it.shutter(invoke.flag("on")) }

    @Command
    fun secure(invoke: Invoke) = onScreen(invoke) { it.secure(invoke.flag("on")) }

    @Command
    fun touched(invoke: Invoke) = onScreen(invoke) { it.touched() }

    @Command
    fun auto_lock(invoke: Invoke) = onScreen(invoke) {
        val minutes = invoke.number("minutes")?.toInt() ?: throw Refused("native-argument", mapOf("name" to "minutes"))
        it.autoLock(minutes, invoke.flag("visit_open"))
    }

    @Command
    fun keystore_status(invoke: Invoke) = slowly(invoke) {
        json(
            "level" to keys.level(), "device_secure" to keys.isDeviceSecure(), "user_bound" to keys.isUserBound(),
            "biometrics" to Biometrics(current).state(),
        )
    }

    @Command
    fun keystore_confirm(invoke: Invoke) = prompting(invoke) { biometrics ->
        biometrics.confirm(invoke.text("title")) { refused -> if (refused == null) invoke.resolve(json()) else invoke.refuse(refused) }
    }

    @Command
    fun keystore_wrap(invoke: Invoke) = prompting(invoke) { biometrics ->
        biometrics.wrap(invoke.text("purpose"), bytes(invoke, "plain"), invoke.text("title")) { sealed(invoke, "wrapped", it) }
    }

    @Command
    fun keystore_unwrap(invoke: Invoke) = prompting(invoke) { biometrics ->
        biometrics.unwrap(invoke.text("purpose"), bytes(invoke, "wrapped"), invoke.text("title")) { sealed(invoke, "plain", it) }
    }

    @Command
    fun keystore_forget(invoke: Invoke) = slowly(invoke) {
        Biometrics(current).forget(invoke.text("purpose"))
        null
    }

    @Command
    fun notify(invoke: Invoke) = invoke.answer {
        val channel = NotificationPlan.Channel.of(invoke.text("channel")) ?: throw Refused("native-argument", mapOf("name" to "channel"))
        val notices = Notices(context, QuietHours(holidays = invoke.texts("holidays").toSet()))
        val answer = notices.tell(channel, invoke.flag("on_duty"), invoke.number("count") ?: 0)
        val shown = answer.show && notices.isAllowed()
        json("shown" to shown, "why" to if (answer.show && !shown) "permission" else answer.why.name.lowercase())
    }

    @Command
    fun notify_clear(invoke: Invoke) = invoke.answer {
        Notices(context).clear(NotificationPlan.Channel.of(invoke.text("channel")) ?: throw Refused("native-argument", mapOf("name" to "channel")))
        null
    }

    @Command
    fun notify_allow(invoke: Invoke) {
        if (Notices(context).isAllowed() || Build.VERSION.SDK_INT < 33) return notifyAllowed(invoke)
        requestPermissionForAliases(arrayOf(NOTIFICATIONS), invoke, "notifyAllowed")
    }

    @PermissionCallback
    fun notifyAllowed(invoke: Invoke) = invoke.answer { json("granted" to Notices(context).isAllowed()) }

    @Command
    fun settings_open(invoke: Invoke) = invoke.answer { json("opened" to SettingsScreens(current).open(invoke.text("which"))) }

    @Command
    fun dial(invoke: Invoke) = invoke.answer { json("opened" to SettingsScreens(current).dial(invoke.text("tel"))) }

    @Command
    fun mdm(invoke: Invoke) = slowly(invoke) { managed.read() }

    @Command
    fun grants(invoke: Invoke) = slowly(invoke) { json("grants" to Grants(context).all()) }

    @Command
    fun duty(invoke: Invoke) = invoke.answer {
        invoke.choice("on")?.let { Duty.set(context, it) }
        json("running" to Duty.isOn(context))
    }

    private fun tell(what: String) = trigger(EVENT, json("what" to what))

    private fun remember(intent: Intent?) {
        if (intent?.action != ShareActivity.ACTION_SHARED) return
        shared = intent
        tell("share")
    }

    private fun withCamera(invoke: Invoke, work: () -> Unit) = try {
        work()
    } catch (refused: Refused) {
        invoke.refuse(refused)
    } catch (failure: RuntimeException) {
        camera.end()
        invoke.refuse(if (Camera.isMissing(failure)) Refused("camera-missing") else failed(failure))
    }

    private fun copyIn(invoke: Invoke, intent: Intent?) = slowly(invoke) {
        documents.copyIn(documents.uris(intent), invoke.text("dir"), invoke.number("limit_bytes") ?: LIMIT_BYTES)
    }

    private fun slowly(invoke: Invoke, work: () -> JSObject?) = slow.execute { invoke.answer(work) }

    private fun onScreen(invoke: Invoke, act: (Screen) -> Unit) = current.runOnUiThread {
        invoke.answer {
            screen?.let(act)
            null
        }
    }

    private fun prompting(invoke: Invoke, ask: (Biometrics) -> Unit) = current.runOnUiThread {
        try {
            ask(Biometrics(current))
        } catch (refused: Refused) {
            invoke.refuse(refused)
        }
    }

    private fun sealed(invoke: Invoke, name: String, result: Result<ByteArray>) = result.fold(
        { bytes -> invoke.resolve(json(name to Base64.encodeToString(bytes, Base64.NO_WRAP))) },
        { failure -> invoke.refuse(failure as? Refused ?: failed(failure)) },
    )

    private fun bytes(invoke: Invoke, key: String): ByteArray = try {
        Base64.decode(invoke.text(key), Base64.DEFAULT)
    } catch (_: IllegalArgumentException) {
        throw Refused("native-argument", mapOf("name" to key))
    }

    private companion object {
        const val EVENT = "native"
        const val POSITION_MS = 20_000L
        const val LIMIT_BYTES = 100L shl 20
    }
}

private const val LOCATION = "location"
private const val NOTIFICATIONS = "notifications"
