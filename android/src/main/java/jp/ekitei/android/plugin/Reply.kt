package jp.ekitei.android.plugin

import app.tauri.plugin.Invoke
import app.tauri.plugin.JSArray
import app.tauri.plugin.JSObject

/** A refusal that screens can show: its text has the key `error.<code>`. */
class Refused(val code: String, val params: Map<String, Any> = emptyMap()) : Exception(code)

/** A failure of the system. Its kind helps the help desk; its text may name files. */
fun failed(failure: Throwable) = Refused("native-failed", mapOf("detail" to failure.javaClass.simpleName))

/** An object of named values; `null` is sent as null. */
fun json(vararg values: Pair<String, Any?>): JSObject {
    val out = JSObject()
    for ((key, value) in values) out.put(key, value ?: org.json.JSONObject.NULL)
    return out
}

fun jsonList(values: Iterable<Any?>): JSArray {
    val out = JSArray()
    values.forEach(out::put)
    return out
}

fun Invoke.refuse(refused: Refused) {
    val detail = refused.params["detail"] ?: refused.params["name"] ?: refused.code
    reject(detail.toString(), refused.code, json(*refused.params.toList().toTypedArray()))
}

/** Answers with what [work] returns; a failure has a code, never a sentence of the system. */
fun Invoke.answer(work: () -> JSObject?) {
    val answer = try {
        work()
    } catch (refused: Refused) {
        return refuse(refused)
    } catch (failure: Exception) {
        return refuse(failed(failure))
    }
    resolve(answer ?: JSObject())
}

/** A text argument that must be there. */
fun Invoke.text(key: String): String =
    getArgs().getString(key, null) ?: throw Refused("native-argument", mapOf("name" to key))

fun Invoke.flag(key: String): Boolean = getArgs().getBoolean(key, false)!!

/** Null: nothing is to change. */
fun Invoke.choice(key: String): Boolean? = getArgs().let { if (it.isNull(key)) null else it.getBoolean(key) }

fun Invoke.number(key: String): Long? = getArgs().let { if (it.isNull(key)) null else it.optLong(key) }

fun Invoke.texts(key: String): List<String> {
    val list = getArgs().optJSONArray(key) ?: return emptyList()
    return (0 until list.length()).map { list.getString(it) }
}
