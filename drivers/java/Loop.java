import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** The loop of a driver in Java, and the normal form of values; Gson comes with the SDK, whose rows are of it. */
final class Loop {
    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    /** The SDK has no such operation, or no such argument: says which. */
    static final class Skip extends RuntimeException {
        private static final long serialVersionUID = 1;

        Skip(String why) {
            super(why);
        }
    }

    /** An operation: takes a client, which is null for `connect`, and what was asked; returns members of a result. */
    interface Operation<C> {
        Object[] of(C client, Asked asked) throws Exception;
    }

    /** Arguments and options, as they are named. */
    static final class Asked {
        private final JsonObject args;
        /** In seconds, 0 where none is named. */
        final double timeout;

        Asked(JsonObject request) {
            args = request.has("args") ? request.getAsJsonObject("args") : new JsonObject();
            JsonObject options = request.has("options") ? request.getAsJsonObject("options") : new JsonObject();
            timeout = options.has("timeout") ? options.get("timeout").getAsDouble() : 0;
        }

        boolean has(String name) {
            return args.has(name) && !args.get(name).isJsonNull();
        }

        String text(String name) {
            return has(name) ? args.get(name).getAsString() : null;
        }

        boolean yes(String name) {
            return has(name) && args.get(name).getAsBoolean();
        }

        Object value(String name) {
            return has(name) ? plain(args.get(name)) : null;
        }

        int number(String name) {
            return ((Long) value(name)).intValue();
        }

        @SuppressWarnings("unchecked")
        <T> List<T> list(String name) {
            return (List<T>) value(name);
        }

        /** Rows as the SDK takes them. */
        List<JsonObject> rows() {
            List<JsonObject> found = new ArrayList<>();
            for (JsonElement row : args.getAsJsonArray("rows")) {
                JsonObject made = new JsonObject();
                row.getAsJsonObject().entrySet().forEach(each -> made.add(each.getKey(), GSON.toJsonTree(plain(each.getValue()))));
                found.add(made);
            }
            return found;
        }
    }

    private Loop() {
    }

    /** Answer requests until there are no more; `told` says what a user sees of an error. */
    static <C> void serve(JsonObject hello, Map<String, Operation<C>> operations, Function<Throwable, JsonObject> told)
            throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err);
        hello.add("operations", GSON.toJsonTree(new TreeSet<>(operations.keySet())));
        hello.addProperty("language", "java " + System.getProperty("java.version"));
        Map<String, C> clients = new TreeMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonObject request = GSON.fromJson(line, JsonObject.class);
            JsonObject answer = new JsonObject();
            answer.addProperty("mtck", 1);
            answer.add("id", request.get("id"));
            answer(request, hello, operations, clients, told).entrySet().forEach(each -> answer.add(each.getKey(), each.getValue()));
            out.println(GSON.toJson(answer));
        }
        System.exit(0);
    }

    @SuppressWarnings("unchecked")
    private static <C> JsonObject answer(JsonObject request, JsonObject hello, Map<String, Operation<C>> operations,
                                         Map<String, C> clients, Function<Throwable, JsonObject> told) {
        String op = request.get("op").getAsString();
        String client = request.has("client") ? request.get("client").getAsString() : "";
        JsonObject answer = new JsonObject();
        JsonObject result = new JsonObject();
        if (!op.equals("hello") && !operations.containsKey(op)) {
            answer.addProperty("skip", "the SDK has no " + op);
            return answer;
        }
        try {
            if (op.equals("hello")) {
                result = hello;
            } else {
                Object[] found = operations.get(op).of(clients.get(client), new Asked(request));
                if (op.equals("connect")) {
                    clients.put(client, (C) found[0]);
                } else {
                    for (int at = 0; at < found.length; at += 2) {
                        result.add((String) found[at], wire(found[at + 1]));
                    }
                }
                if (op.equals("close")) {
                    clients.remove(client);
                }
            }
        } catch (Skip why) {
            answer.addProperty("skip", why.getMessage());
            return answer;
        } catch (Throwable error) { // whatever the SDK throws is what its user sees
            JsonObject shown = told.apply(error);
            StackTraceElement[] places = error.getStackTrace();
            if (places.length > 0 && places[0].getClassName().matches("(Driver|Loop)\\b.*")) {
                shown.addProperty("kind", "driver"); // thrown by us, not by the SDK
            }
            shown.addProperty("type", error.getClass().getSimpleName());
            shown.addProperty("message", String.valueOf(error.getMessage()));
            answer.addProperty("ok", false);
            answer.add("error", shown);
            return answer;
        }
        answer.addProperty("ok", true);
        answer.add("result", result);
        return answer;
    }

    /** Read a value of the normal form: integers are Long, other numbers Float, which is what fields here are of. */
    static Object plain(JsonElement value) {
        if (value.isJsonArray()) {
            List<Object> found = new ArrayList<>();
            value.getAsJsonArray().forEach(each -> found.add(plain(each)));
            return found;
        }
        if (value.isJsonObject()) {
            JsonObject form = value.getAsJsonObject();
            return form.has("int") ? (Object) Long.valueOf(form.get("int").getAsString())
                    : form.has("float") ? (Object) Float.valueOf(form.get("float").getAsString())
                    : Base64.getDecoder().decode(form.get("b64").getAsString());
        }
        JsonPrimitive found = value.getAsJsonPrimitive();
        return found.isNumber() ? (Object) found.getAsFloat() : found.isBoolean() ? (Object) found.getAsBoolean() : found.getAsString();
    }

    /** Write a value in the normal form. */
    static JsonElement wire(Object value) {
        JsonObject form = new JsonObject();
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            form.addProperty("int", value.toString());
            return form;
        }
        if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            form.addProperty("float", Double.isInfinite(number) ? (number > 0 ? "inf" : "-inf") : value.toString());
            return Double.isFinite(number) ? new JsonPrimitive((Number) value) : form;
        }
        if (value instanceof Iterable) {
            JsonArray list = new JsonArray();
            ((Iterable<?>) value).forEach(each -> list.add(wire(each)));
            return list;
        }
        if (value instanceof Map) {
            ((Map<?, ?>) value).forEach((name, each) -> form.add(name.toString(), wire(each)));
            return form;
        }
        return value == null ? JsonNull.INSTANCE : value instanceof JsonElement ? (JsonElement) value : GSON.toJsonTree(value);
    }
}
