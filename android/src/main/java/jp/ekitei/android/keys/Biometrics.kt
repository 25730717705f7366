package jp.ekitei.android.keys

import android.app.Activity
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricManager.Authenticators.BIOMETRIC_STRONG
import android.hardware.biometrics.BiometricManager.Authenticators.DEVICE_CREDENTIAL
import android.hardware.biometrics.BiometricPrompt
import android.os.CancellationSignal
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import jp.ekitei.android.R
import jp.ekitei.android.logic.SealedBox
import jp.ekitei.android.plugin.Refused
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/**
 * Small values (the vault's key) wrapped by a key that every single use unlocks with strong biometrics. A finger added later makes
 * the key useless: then the PIN opens as before, and biometrics are set up anew.
 */
class Biometrics(private val activity: Activity) {
    private val store: KeyStore by lazy { KeyStore.getInstance(DeviceKeys.PROVIDER).apply { load(null) } }

    fun state(): String = when (manager().canAuthenticate(BIOMETRIC_STRONG)) {
        BiometricManager.BIOMETRIC_SUCCESS -> "ready"
        BiometricManager.BIOMETRIC_ERROR_NONE_ENROLLED -> "none_enrolled"
        else -> "none"
    }

    /** The system asks for biometrics or the screen lock; afterwards the vault key works for some hours. */
    fun confirm(title: String, done: (Refused?) -> Unit) {
        val prompt = BiometricPrompt.Builder(activity)
            .setTitle(title)
            .setAllowedAuthenticators(BIOMETRIC_STRONG or DEVICE_CREDENTIAL)
            .build()
        prompt.authenticate(CancellationSignal(), activity.mainExecutor, outcome({ done(null) }, done))
    }

    /** The answer of [done] is a [SealedBox]. A key that a new finger made useless is replaced: the PIN was right, or nobody came here. */
    fun wrap(purpose: String, plain: ByteArray, title: String, done: (Result<ByteArray>) -> Unit) = guarded(done) {
        val cipher = Cipher.getInstance(SealedBox.CIPHER)
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key(purpose))
        } catch (_: KeyPermanentlyInvalidatedException) {
            forget(purpose)
            cipher.init(Cipher.ENCRYPT_MODE, key(purpose))
        }
        ask(cipher, title, done) { opened -> SealedBox.seal(opened, purpose, plain) }
    }

    fun unwrap(purpose: String, wrapped: ByteArray, title: String, done: (Result<ByteArray>) -> Unit) = guarded(done) {
        val box = SealedBox.read(wrapped) ?: throw Refused("seal-damaged")
        val cipher = Cipher.getInstance(SealedBox.CIPHER)
        cipher.init(Cipher.DECRYPT_MODE, existing(purpose) ?: throw Refused(CHANGED), box.nonce)
        ask(cipher, title, done) { opened -> box.open(opened, purpose) }
    }

    fun forget(purpose: String) = store.deleteEntry(alias(purpose))

    private fun ask(cipher: Cipher, title: String, done: (Result<ByteArray>) -> Unit, use: (Cipher) -> ByteArray) {
        val prompt = BiometricPrompt.Builder(activity)
            .setTitle(title)
            .setAllowedAuthenticators(BIOMETRIC_STRONG)
            .setNegativeButton(activity.getString(R.string.biometrics_pin), activity.mainExecutor) { _, _ ->
                done(Result.failure(Refused("biometrics-cancelled")))
            }
            .build()
        val answer = outcome({ result ->
            guarded(done) { done(Result.success(use(result.cryptoObject?.cipher ?: cipher))) }
        }, { refused -> done(Result.failure(refused)) })
        prompt.authenticate(BiometricPrompt.CryptoObject(cipher), CancellationSignal(), activity.mainExecutor, answer)
    }

    private fun outcome(
        yes: (BiometricPrompt.AuthenticationResult) -> Unit, no: (Refused) -> Unit,
    ) = object : BiometricPrompt.AuthenticationCallback() {
        override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = yes(result)

        // A finger that did not match is not the end; the system goes on asking and ends with an error.
        override fun onAuthenticationError(errorCode: Int, errString: CharSequence?) = no(
            when (errorCode) {
                BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT, BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT_PERMANENT -> Refused("biometrics-lockout")
                BiometricPrompt.BIOMETRIC_ERROR_USER_CANCELED, BiometricPrompt.BIOMETRIC_ERROR_CANCELED -> Refused("biometrics-cancelled")
                else -> Refused("biometrics-none")
            },
        )
    }

    private inline fun guarded(done: (Result<ByteArray>) -> Unit, work: () -> Unit) = try {
        work()
    } catch (refused: Refused) {
        done(Result.failure(refused))
    } catch (_: KeyPermanentlyInvalidatedException) {
        done(Result.failure(Refused(CHANGED)))
    } catch (_: AEADBadTagException) {
        done(Result.failure(Refused("seal-damaged")))
    } catch (_: GeneralSecurityException) {
        done(Result.failure(Refused("keystore-unavailable")))
    }

    private fun existing(purpose: String): SecretKey? = store.getKey(alias(purpose), null) as SecretKey?

    private fun key(purpose: String): SecretKey = existing(purpose) ?: try {
        generate(purpose, strongBox = true)
    } catch (_: StrongBoxUnavailableException) {
        generate(purpose, strongBox = false)
    }

    private fun generate(purpose: String, strongBox: Boolean): SecretKey {
        val spec = KeyGenParameterSpec.Builder(alias(purpose), KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .setUserAuthenticationRequired(true)
            .setUserAuthenticationParameters(0, KeyProperties.AUTH_BIOMETRIC_STRONG)
            .setInvalidatedByBiometricEnrollment(true)
            .setIsStrongBoxBacked(strongBox)
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, DeviceKeys.PROVIDER)
        generator.init(spec.build())
        return generator.generateKey()
    }

    private fun manager() = activity.getSystemService(BiometricManager::class.java)

    private fun alias(purpose: String) = "ekitei-biometrics-$purpose"

    private companion object {
        const val CHANGED = "biometrics-changed"
    }
}
