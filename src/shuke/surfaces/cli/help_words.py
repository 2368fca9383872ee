# ruff: noqa: E501
"""The Chinese of what --help says, by the English in main.py; what is missing here stays English."""

from typing import Any

CHINESE = {
    "熟客 Shuke: a membership platform that a merchant runs itself. SHUKE_HOME says where a deployment lives.": "熟客 Shuke：商家自行运营的会员平台。部署所在目录由 SHUKE_HOME 指定。",
    "Programs: check, publish and show the file.": "会员计划：校验、发布、查看。",
    "The test clock of a sandbox.": "沙箱的测试时钟。",
    "Carts: price one with its offers, commit it as an order.": "购物车：按优惠试算、提交下单。",
    "The cart as JSON, as POST /v1/carts/evaluate and /commit take it.": "购物车的 JSON，与 POST /v1/carts/evaluate、/commit 的请求体相同。",
    "Say what offers and points make of a cart; nothing is written.": "试算购物车的优惠与积分抵扣，不写入。",
    "Place the order of a cart: its points are used and its offers counted, all of it or nothing.": "提交购物车并下单：扣减积分、占用优惠次数，全部成功或全部不做。",
    "API keys.": "API 密钥。",
    "People who log in to the console.": "登录后台的员工。",
    "Print one JSON value on stdout.": "在标准输出打印一个 JSON 值。",
    "How people reach it, e.g. https://vip.example.com (SHUKE_ORIGIN).": "访问地址，例如 https://vip.example.com（SHUKE_ORIGIN）。",
    "Language of messages: zh or en.": "提示语言：zh 或 en。",
    "Name of the organisation.": "组织名称。",
    "ISO 4217, e.g. CNY.": "ISO 4217 币种，例如 CNY。",
    "IANA name, e.g. Asia/Shanghai.": "IANA 时区，例如 Asia/Shanghai。",
    "zh-hans or en.": "zh-hans 或 en。",
    "The owner's e-mail address, for log-in.": "所有者的登录邮箱。",
    "Make a deployment; what is not said by flags is asked.": "建立部署；未用参数给出的会逐项询问。",
    "Make a sandbox, whose test clock can be moved, not a live deployment.": "建立沙箱而非正式环境；沙箱的测试时钟可以拨动。",
    "Serve it when it stands.": "建好后提供服务。",
    "Make a sandbox with a year of a real grocer, check it by a backtest, and serve it.": "用一家真实超市的全年数据建立沙箱，以回测核对，并提供服务。",
    "HOST:PORT to listen on (SHUKE_BIND).": "监听的 主机:端口（SHUKE_BIND）。",
    "Allow plain http beyond this machine.": "允许本机以外使用明文 http。",
    "Apply pending migrations first.": "先执行未执行的数据库迁移。",
    "Run the job worker beside the server.": "同时处理后台任务。",
    "Serve console and API.": "提供后台与 API。",
    "Stop when no job is left.": "任务处理完即停止。",
    "Work off the queue of jobs, the nightly ones included.": "处理后台任务，包括每晚的任务。",
    "Bring the database up to date.": "执行数据库迁移。",
    "The file to write, whole or not at all.": "要写入的文件；要么完整，要么不写。",
    "Seal the keys into it, under a passphrase (SHUKE_BACKUP_PASSPHRASE).": "将密钥用口令加密后一并写入（SHUKE_BACKUP_PASSPHRASE）。",
    "Write the whole deployment into one file, while it serves.": "将整套部署写入一个文件；服务无需停止。",
    "A file that `shuke backup` wrote.": "`shuke backup` 写出的文件。",
    "Bring a backup into an empty deployment and check its ledger; exit code 4 when an invariant is violated.": "将备份恢复到空的部署，并核对台账；有违反时退出码为 4。",
    "Show every setting with its source, and check what a deployment stands on.": "列出各项设置及其来源，并检查部署的基础。",
    "Check every invariant of the ledger; exit code 4 when one is violated.": "核对台账的全部约束；有违反时退出码为 4。",
    "Check the ledger of those members only who have entries since the last seal.": "只核对上次封存后有新分录的会员的台账。",
    "Seal the ledger's new entries, as happens every night; keep the digest elsewhere as proof.": "封存台账的新分录（每晚自动进行）；摘要另存他处，可作凭证。",
    "The program file.": "会员计划文件。",
    "Orders as Parquet or CSV; docs/reference/orders-file.md has the layout.": "订单文件，Parquet 或 CSV；格式见 docs/reference/orders-file.zh-CN.md。",
    "Time zone of timestamps without one, e.g. UTC.": "没有时区的时间戳所在时区，例如 UTC。",
    "Let time pass to the start of this date (the day after the last order).": "让时间推进到该日零点（默认为最后一笔订单的次日）。",
    "Replay a history of orders through a program file; needs no deployment.": "用会员计划文件回放历史订单；无需部署。",
    "Check a program file; errors name line and column. Needs no deployment.": "校验会员计划文件，错误给出行列；无需部署。",
    "Date (its midnight in the program's time zone) or RFC 3339 instant; now by default.": "生效时间：日期（会员计划所在时区的零点）或 RFC 3339 时间，默认立即生效。",
    "Publish a program file as a new version.": "将会员计划文件发布为新版本。",
    "The number of the version.": "版本号。",
    "Take back a version that is planned: it keeps its number and never comes into force.": "撤回待生效的版本：保留版本号，但永不生效。",
    "The program; the only one by default.": "会员计划代码；默认为唯一的一个。",
    "Show the generated source instead of the file.": "显示生成的源码而不是文件。",
    "Show the program in force.": "显示生效中的会员计划。",
    "Show the clock; `advance` moves the test clock of a sandbox.": "查看时钟；`advance` 推进沙箱的测试时钟。",
    "Show the clock, as `shuke clock` alone does.": "查看时钟，与单独的 `shuke clock` 相同。",
    "Date (its midnight in the organisation's time zone) or RFC 3339 instant.": "日期（组织所在时区的零点）或 RFC 3339 时间。",
    "Move the test clock forward, running the due jobs day by day.": "向前推进测试时钟，逐日执行到期任务。",
    "Make an API key; its secret is shown once.": "创建 API 密钥；密钥只显示一次。",
    "List the API keys, revoked ones too.": "列出 API 密钥，含已停用的。",
    "The key's id (key_…).": "密钥编号（key_…）。",
    "Refuse a key from now on, for ever.": "停用一把密钥，不可恢复。",
    "How colleagues call them.": "姓名。",
    "owner, operator, approver, service, analyst or clerk.": "角色：owner、operator、approver、service、analyst 或 clerk。",
    "Code of a store that they are for; may be given several times.": "所属门店代码，可多次给出。",
    "Let them be for every store.": "不限门店。",
    "Points of one adjustment without an approval, or role for that of the role.": "单次调整无须审批的积分上限；role 表示按角色。",
    "The member that they are (mbr_…), whom they never adjust, or none.": "本人的会员编号（mbr_…），不得自行调整；none 表示没有。",
    "Change somebody's role, stores, personal limit or own membership; what is not said stays.": "更改员工的角色、门店、个人限额或本人会员；未给出的保持不变。",
    "Let somebody log in; the generated password is shown once.": "新增可登录的员工；生成的密码只显示一次。",
    "List everybody who has or had a log-in.": "列出所有现有与曾有账号的员工。",
    "Replace a password by a generated one, shown once; their sessions end.": "重置为生成的密码，只显示一次；其登录随即失效。",
    "Shut somebody out at once.": "立即停用某人的账号。",
    "Members: their status, and double records.": "会员：状态与重复记录。",
    "The member that stays (mbr_…), a phone, or SOURCE/ID.": "保留的会员（mbr_…）、手机号，或 来源/编号。",
    "The members that live on in it.": "并入的会员。",
    "Let members live on in another one, with their points, dates and tier.": "将会员连同积分、日期与等级并入另一位会员。",
    "The merge's id (mrg_…).": "合并编号（mrg_…）。",
    "Take a merge apart, while points that came over were not used.": "撤销合并；转入的积分未被使用时可行。",
    "A member (mbr_…), a phone, or an external id as SOURCE/ID.": "会员编号（mbr_…）、手机号，或外部编号 来源/编号。",
    "active, frozen, blacklisted or exited; none: show.": "active、frozen、blacklisted 或 exited；不给出则只显示。",
    "Why; the history keeps it.": "原因，留存于记录。",
    "Give a member another status, or show how it changed.": "变更会员状态，或显示其变更记录。",
    "Stores and their brands, as orders and rules name them.": "门店与品牌，即订单与规则中的名称。",
    "What orders call it; it stays.": "订单中的门店代码，不再更改。",
    "What programs call it; it stays.": "会员计划中的品牌代码，不再更改。",
    "What people call it.": "名称。",
    "Code of its brand; the only one by default.": "所属品牌的代码；默认为唯一的品牌。",
    "Make a store known, so that staff can be for it and pages call it by its name.": "登记门店：员工可以限定门店，页面显示其名称。",
    "Make a brand, for an organisation with several.": "新增品牌，用于多品牌的组织。",
    "List the stores with their brands.": "列出门店及其品牌。",
    "What waits for somebody's yes.": "等待审批的事项。",
    "The approval's id (apr_…).": "审批编号（apr_…）。",
    "pending, approved, rejected, withdrawn, expired or all.": "状态：pending、approved、rejected、withdrawn、expired 或 all。",
    "List approvals, last requested first.": "列出审批，最近申请的在前。",
    "Show what was asked and what became of it.": "查看申请内容与处理结果。",
    "A word to who asked.": "给申请人的意见。",
    "Agree: what was asked is done at once.": "通过：立即执行所申请的事项。",
    "Why; who asked reads it.": "原因，申请人可以看到。",
    "Reject what was asked; nothing is changed.": "驳回申请，不作任何更改。",
    "Files: check, commit and undo what they bring.": "文件导入：检查、提交与撤销。",
    "CSV (UTF-8 or GB18030) or XLSX with a header.": "带表头的 CSV（UTF-8 或 GB18030）或 XLSX。",
    "The system whose external ids the file has.": "文件中外部编号所属的系统。",
    "COLUMN=FIELD where its name does not say it; - leaves it out.": "列=字段，用于列名无法识别时；- 表示忽略。",
    "Leave known members alone.": "不改动已有会员。",
    "Commit what can be taken.": "提交可以接受的行。",
    "Write the refused rows, with reasons, to this CSV.": "将被拒绝的行与原因写入此 CSV。",
    "Check a file of members, and commit it where that is said; exit code 3 when rows are refused.": "检查会员文件，可随即提交；有行被拒绝时退出码为 3。",
    "The import's id (imp_…).": "导入编号（imp_…）。",
    "Commit an import that was checked, or go on with one that was stopped.": "提交已检查的导入，或继续中断的导入。",
    "Take back what nobody touched since; exit code 3 when something had to stay.": "撤销之后无人变动的部分；有未能撤销的部分时退出码为 3。",
    "List the latest imports.": "列出最近的导入。",
    "An entry (ent_…), an order (ord_…) or its SOURCE/EXTERNAL_ID, or a member (mbr_…).": "分录（ent_…）、订单（ord_…）或其 来源/外部编号，或会员（mbr_…）。",
    "Say why an entry or an order is as it is, or where a member stands and what is missing.": "说明一条分录或一笔订单的由来，或会员的等级与差距。",
    "Show what publishing a program file would change: texts, whose tier at once, and what reviews come to.": "预览发布会员计划文件会改变什么：文字差异、谁的等级随即变动、今后的评定有何不同。",
    "Points: adjust, transfer, hold, redeem, give back, open.": "积分：调整、转赠、预占、兑换、退回、期初。",
    "Refunds of orders.": "订单退款。",
    "What members did that is not an order.": "订单以外的会员行为。",
    "Tiers: give one by hand, show how they changed.": "等级：人工授予、变更记录。",
    "Points, in the unit's smallest part.": "积分数，以该单位的最小单位计。",
    "Points, in the unit's smallest part; all that is left.": "积分数，以该单位的最小单位计；默认为剩余全部。",
    "The hold: hld_…, or SOURCE/EXTERNAL_ID.": "预占：hld_…，或 来源/外部编号。",
    "The redemption: rdm_…, or SOURCE/EXTERNAL_ID.": "兑换：rdm_…，或 来源/外部编号。",
    "The order: ord_…, or SOURCE/EXTERNAL_ID.": "订单：ord_…，或 来源/外部编号。",
    "The unit's code; the program's first by default.": "积分单位代码；默认为会员计划的第一个。",
    "Why; the audit log keeps it.": "原因，留存于审计日志。",
    "The order that it is about: SOURCE/EXTERNAL_ID.": "所涉及的订单：来源/外部编号。",
    "The last day, such as 2027-12-31.": "最后一日，例如 2027-12-31。",
    "SOURCE/EXTERNAL_ID by which it has one effect for ever; made anew by default.": "来源/外部编号，据此永远只生效一次；默认自动生成。",
    "Date or RFC 3339 instant at which it happened; now by default.": "发生的日期或时间（RFC 3339）；默认为现在。",
    "Check and compute everything, write nothing.": "完成全部校验与计算，但不写入。",
    "With --dry-run: look ahead to this date or instant, and say what time does until then.": "与 --dry-run 同用：展望到该日期或时刻，并说明时间推移带来的变化。",
    "Points to give, or with a minus to take; in the smallest part.": "增加的积分数，负数为扣减；以最小单位计。",
    "Only ask for it: somebody else has to agree.": "只提出申请，须由他人批准。",
    "Give points by hand, or take them.": "人工增加或扣减积分。",
    "Who gets them, named like the member.": "受赠会员，写法与会员相同。",
    "Give points of a member to another.": "将会员的积分转赠给另一会员。",
    "Use points of a member, soonest expiring first.": "使用会员的积分，最早到期的先用。",
    "Give points of a redemption back into their lots.": "将一次兑换的积分退回原批次。",
    "Date or RFC 3339 instant at which what is left comes back by itself.": "到该日期或时刻（RFC 3339）剩余积分自动退回。",
    "Set points of a member aside.": "预占会员的积分。",
    "Spend points of a hold.": "扣收预占的积分。",
    "Give back what a hold still has.": "释放预占的剩余积分。",
    "The day on which they were earned.": "获得日。",
    "Open a lot of points that a member brings from elsewhere.": "录入会员从别处带来的一批积分。",
    "An amount to take off, in minor units.": "退款金额，以最小货币单位计。",
    "NUMBER:QUANTITY:NET_MINOR to take off a line of the order; may be given several times.": "明细号:数量:金额，可多次给出。",
    "Record a refund: of lines, of an amount, or of all that is left; before its order comes it is parked.": "上报退款：按明细、按金额或剩余全部；订单未到时先行存放。",
    "The behaviour's code, as the program declares it.": "行为代码，与会员计划中的声明一致。",
    "CODE=VALUE of an attribute; may be given several times.": "属性 代码=取值，可多次给出。",
    "Code of the store.": "门店代码。",
    "The channel.": "渠道。",
    "Record something that a member did.": "上报会员的一个行为。",
    "The tier's code.": "等级代码。",
    "The ladder's code; the program's first by default.": "等级体系代码；默认为会员计划的第一个。",
    "Take a higher one away too.": "更高的等级也降为该等级。",
    "Give a member a tier to its last day, as a floor under what is earned.": "授予会员一个等级至最后一日，自行达到的更高等级保留。",
    "Show how a member's tiers came about, the latest first.": "查看会员等级的变更记录，最近的在前。",
    "Install completion for the current shell.": "为当前 shell 安装命令补全。",
    "Show completion for the current shell, to copy it or customize the installation.": "显示当前 shell 的命令补全脚本。",
    "Show this message and exit.": "显示帮助并退出。",
}  # fmt: skip
_SCOPES = "A right of the key; may be given several times: "


def translate(command: Any) -> None:
    """Put the help of a command, its options and its subcommands into Chinese."""
    from typer import rich_utils  # it costs time, and only the Chinese pay it

    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.ERRORS_PANEL_TITLE = "错误"
    rich_utils.REQUIRED_LONG_STRING = "[必填]"
    rich_utils.DEFAULT_STRING = "[默认：{}]"
    _translate(command)


def _translate(command: Any) -> None:
    command.help = _worded(command.help)
    command.short_help = _worded(command.short_help)
    asks_for_help = command.get_help_option(command.context_class(command, help_option_names=["-h", "--help"]))
    for parameter in (*command.params, asks_for_help):
        if hasattr(parameter, "help"):
            parameter.help = _worded(parameter.help)
    for sub in getattr(command, "commands", {}).values():
        _translate(sub)


def _worded(text: str | None) -> str | None:
    if text is None:
        return None
    if text.startswith(_SCOPES):
        return text.replace(_SCOPES, "密钥的权限，可多次给出：")
    return CHINESE.get(" ".join(text.split()), text)
