import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.smartcardio.*;

/** Reads who is on the card, as a Java program does that was never told of virtual cards. */
class ReadIdentity {
    public static void main(String[] arguments) throws Exception {
        CardTerminals terminals = TerminalFactory.getDefault().terminals();
        for (CardTerminal terminal : terminals.list()) {
            System.out.println(terminal.getName() + (terminal.isCardPresent() ? ": a card" : ": empty"));
        }
        Card card = terminals.list(CardTerminals.State.CARD_PRESENT).get(0).connect("*");
        System.out.println(card.getProtocol() + " " + HexFormat.ofDelimiter(" ").formatHex(card.getATR().getBytes()));

        card.beginExclusive();
        CardChannel channel = card.getBasicChannel();
        send(channel, new CommandAPDU(0x00, 0xA4, 0x00, 0x0C, new byte[] {0x3F, 0x00}));
        byte[] people = send(channel, new CommandAPDU(0x00, 0xB0, 0x82, 0x00, 256));
        for (int at = 0; at + 1 < people.length && people[at] == 0x65; at += 2 + people[at + 1]) {
            System.out.println(new String(people, at + 4, people[at + 3], StandardCharsets.ISO_8859_1));
        }
        int refusal = channel.transmit(new CommandAPDU(0x00, 0xA4, 0x00, 0x0C, new byte[] {0x7E, 0x57})).getSW();
        require(refusal == 0x6A82, "a file that is not there gets " + Integer.toHexString(refusal));
        card.endExclusive();
        card.disconnect(true);
    }

    private static byte[] send(CardChannel channel, CommandAPDU command) throws CardException {
        ResponseAPDU response = channel.transmit(command);
        require(response.getSW() == 0x9000, command + " gets " + Integer.toHexString(response.getSW()));
        return response.getData();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
