import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Which members of the framework our classes use that the oldest Android does not have. Arguments: the oldest framework's jar, ours, the
 * folder of classes, a prefix of the packages that are ours. Prints one member a line.
 */
public final class Old {
    private record Shape(String parent, List<String> interfaces, TreeSet<String> members) {}

    private final ZipFile jar;
    private final Map<String, Shape> shapes = new HashMap<>();

    private Old(String jar) throws IOException {
        this.jar = new ZipFile(jar);
    }

    public static void main(String[] args) throws IOException {
        Old oldest = new Old(args[0]);
        Old newest = new Old(args[1]);
        TreeSet<String> used = new TreeSet<>();
        try (Stream<Path> paths = Files.walk(Path.of(args[2]))) {
            for (Path path : (Iterable<Path>) paths.filter(p -> p.toString().endsWith(".class"))::iterator) {
                if (args[2].length() < path.toString().length() && path.toString().substring(args[2].length() + 1).startsWith(args[3])) {
                    collect(Files.readAllBytes(path), used);
                }
            }
        }
        System.err.println(used.size() + " members of the framework are used");
        for (String member : used) {
            if (newest.has(member) && !oldest.has(member)) System.out.println(member);
        }
    }

    private static boolean isFramework(String owner) {
        return owner.startsWith("android/");
    }

    private static void collect(byte[] bytes, TreeSet<String> used) {
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String member, String type, boolean isInterface) {
                        if (isFramework(owner)) used.add(owner + "." + member + type);
                    }

                    @Override
                    public void visitFieldInsn(int opcode, String owner, String member, String type) {
                        if (isFramework(owner)) used.add(owner + "." + member + ":" + type);
                    }

                    @Override
                    public void visitTypeInsn(int opcode, String type) {
                        if (isFramework(type)) used.add(type);
                    }

                    @Override
                    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
                        if (type != null && isFramework(type)) used.add(type);
                    }
                };
            }

            @Override
            public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
                return null;
            }
        }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    private boolean has(String member) throws IOException {
        int dot = member.indexOf('.');
        if (dot < 0) return shape(member) != null;
        return has(member.substring(0, dot), member.substring(dot + 1));
    }

    private boolean has(String owner, String member) throws IOException {
        Shape shape = shape(owner);
        if (shape == null) return isOfJava(owner, member);
        if (shape.members.contains(member)) return true;
        if (member.startsWith("<init>")) return false;
        if (shape.parent != null && has(shape.parent, member)) return true;
        for (String one : shape.interfaces) if (has(one, member)) return true;
        return false;
    }

    /** What comes from a class of Java above a framework class; by name, which is enough here. */
    private static boolean isOfJava(String owner, String member) {
        if (!owner.startsWith("java/")) return false;
        String name = member.split("[(:]")[0];
        try {
            Class<?> above = Class.forName(owner.replace('/', '.'));
            for (java.lang.reflect.Method method : above.getMethods()) if (method.getName().equals(name)) return true;
            for (java.lang.reflect.Method method : Object.class.getMethods()) if (method.getName().equals(name)) return true;
            return false;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private Shape shape(String name) throws IOException {
        if (shapes.containsKey(name)) return shapes.get(name);
        ZipEntry entry = jar.getEntry(name + ".class");
        if (entry == null) {
            shapes.put(name, null);
            return null;
        }
        TreeSet<String> members = new TreeSet<>();
        List<String> interfaces = new ArrayList<>();
        String[] parent = new String[1];
        try (InputStream in = jar.getInputStream(entry)) {
            new ClassReader(in).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override
                public void visit(int version, int access, String own, String signature, String above, String[] given) {
                    parent[0] = above;
                    interfaces.addAll(List.of(given));
                }

                @Override
                public MethodVisitor visitMethod(int access, String own, String descriptor, String signature, String[] exceptions) {
                    members.add(own + descriptor);
                    return null;
                }

                @Override
                public FieldVisitor visitField(int access, String own, String descriptor, String signature, Object value) {
                    members.add(own + ":" + descriptor);
                    return null;
                }
            }, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }
        Shape shape = new Shape(parent[0], interfaces, members);
        shapes.put(name, shape);
        return shape;
    }
}
