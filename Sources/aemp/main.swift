import aemp

Tool.main()
