package jp.ekitei.android.plugin

import android.app.Activity
import android.content.ClipData
import android.content.Intent
import android.os.Bundle

/**
 * The share target: hands what was shared on to the screens and shows nothing. Only references to files of other apps pass;
 * everything else that the sender put into the intent stays behind.
 */
class ShareActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val uris = Documents(this).uris(intent)
        val screens = packageManager.getLaunchIntentForPackage(packageName)
        if (uris.isNotEmpty() && screens != null) {
            val clip = ClipData.newRawUri("shared", uris.first())
            uris.drop(1).forEach { clip.addItem(ClipData.Item(it)) }
            screens.action = ACTION_SHARED
            screens.clipData = clip
            screens.addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION or Intent.FLAG_ACTIVITY_NEW_TASK)
            startActivity(screens)
        }
        finish()
    }

    companion object {
        const val ACTION_SHARED = "jp.ekitei.android.SHARED"
    }
}
