/** What a child used of this machine, as the system adds it up at its end; its own ended and reaped children included. */
export interface ResourceUsage {
  /** Processor time in user mode, in milliseconds. */
  readonly userCpuMs: number;
  /** Processor time in the kernel, in milliseconds. */
  readonly systemCpuMs: number;
  /** The most memory that was resident at a time, in bytes: of the largest process, not the sum. */
  readonly maxRssBytes: number;
  /** Page faults without a read from a disk. */
  readonly minorPageFaults: number;
  /** Page faults with a read from a disk. */
  readonly majorPageFaults: number;
  /** Blocks of 512 bytes read from a file system. */
  readonly fsReads: number;
  /** Blocks of 512 bytes written to a file system. */
  readonly fsWrites: number;
  /** Context switches because the child waited for something. */
  readonly voluntaryContextSwitches: number;
  /** Context switches because its time was up. */
  readonly involuntaryContextSwitches: number;
}

/** How a child ended. */
export interface ChildExit {
  /** The exit code, or minus the number of the signal that ended it. */
  readonly returncode: number;
  /** What it used; only where `supports.resourceUsage`. */
  readonly resourceUsage?: ResourceUsage;
  /** Whether the signal that ended it left a core dump; absent where that is not known. */
  readonly coreDumped?: boolean;
  /** What an engine says about the end in its own words (a reason of a scheduler, of a container); for people. */
  readonly detail?: string;
}
