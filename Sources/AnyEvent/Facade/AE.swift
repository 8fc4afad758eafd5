/// The short names of Perl's AE module: `AE.timer`, `AE.cv`, `AE.log`, ….
public enum AE {}
